import type { JsonSchema } from '@thinkbits/spec';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true, // errors carry the offending value and the schema
  addUsedSchema: false, // two schemas may share an $id
  strictTypes: false,
  strictRequired: false,
  validateFormats: false,
});
const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/**
 * The validator of a schema, compiled once per schema object.
 * @throws Error when the schema itself is wrong, for example for an unknown keyword
 */
export function compile(schema: JsonSchema): ValidateFunction {
  let validator = compiled.get(schema);
  if (!validator) {
    validator = ajv.compile(schema);
    compiled.set(schema, validator);
  }
  return validator;
}
