import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const compiled: Map<string, ValidateFunction> = new Map();

/** What validates against a JSON schema: compiled once, and not optimized, which takes longer than all that is validated by it. */
export function validatorOf(schema: string): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, inlineRefs: false, code: { optimize: false } });
  const validate = ajv.compile(JSON.parse(schema));
  compiled.set(schema, validate);
  return validate;
}
