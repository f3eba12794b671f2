/** Results that arrive in any order, given on in the order in which they were asked for. */
export interface InOrder<Item> {
  /** Takes a result to come; waits while more than the bound are under way. Fails when one did. */
  add(item: Promise<Item>): Promise<void>;
  /** Waits until all are given on. Fails when one did; what came before it is given on. */
  end(): Promise<void>;
}

/** @param width how many results may be under way after `add`: none where 1 */
export function inOrder<Item>(give: (item: Item) => void, width: number): InOrder<Item> {
  const underWay: Promise<void>[] = [];
  let last: Promise<void> = Promise.resolve();
  return {
    async add(item) {
      item.catch(() => {}); // it is awaited in its turn
      last = last.then(async () => give(await item));
      last.catch(() => {});
      underWay.push(last);
      while (underWay.length >= width) await underWay.shift();
    },
    end: () => last,
  };
}
