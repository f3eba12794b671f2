/** true and false are proved; undefined is not known. */
export type Equality = boolean | undefined;

/** Equal when all parts are; different as soon as one is. */
export function all(parts: Iterable<Equality>): Equality {
  let result: Equality = true;
  for (const part of parts) {
    if (part === false) return false;
    if (part === undefined) result = undefined;
  }
  return result;
}

/** Equal as soon as one alternative is; different when all are. */
export function any(alternatives: Iterable<Equality>): Equality {
  let result: Equality = false;
  for (const alternative of alternatives) {
    if (alternative) return true;
    if (alternative === undefined) result = undefined;
  }
  return result;
}
