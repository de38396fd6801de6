/** A second, plainer reading of JSON Schema: only says yes or no, by the standard's own rules for the keywords we use. */
import type { JsonSchema } from '../../src/schedules/index.js';

export function conforms(schema: JsonSchema, value: unknown, root: JsonSchema = schema): boolean {
  const tests: boolean[] = [];
  if (schema.$ref !== undefined) {
    const path = schema.$ref.slice(2).split('/');
    const target = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root);
    tests.push(conforms(target as JsonSchema, value, root));
  }
  if (schema.oneOf) tests.push(schema.oneOf.filter((one) => conforms(one, value, root)).length === 1);
  if (schema.const !== undefined) tests.push(value === schema.const);
  if (schema.enum) tests.push(schema.enum.some((one) => one === value));
  if (schema.type) tests.push(hasType(schema.type, value));
  if (typeof value === 'string') {
    tests.push([...value].length >= (schema.minLength ?? 0));
    tests.push([...value].length <= (schema.maxLength ?? Infinity));
    if (schema.pattern) tests.push(new RegExp(schema.pattern, 'u').test(value));
  }
  if (typeof value === 'number') {
    tests.push(value >= (schema.minimum ?? -Infinity), value <= (schema.maximum ?? Infinity));
    tests.push(value > (schema.exclusiveMinimum ?? -Infinity));
  }
  if (Array.isArray(value)) {
    tests.push(value.length >= (schema.minItems ?? 0), value.length <= (schema.maxItems ?? Infinity));
    const { items } = schema;
    if (items) tests.push(value.every((entry) => conforms(items, entry, root)));
  } else if (typeof value === 'object' && value !== null) {
    const known = schema.properties ?? {};
    tests.push((schema.required ?? []).every((key) => Object.hasOwn(value, key)));
    for (const [key, entry] of Object.entries(value)) {
      if (Object.hasOwn(known, key)) tests.push(conforms(known[key], entry, root));
      else tests.push(schema.additionalProperties !== false);
    }
  }
  return tests.every(Boolean);
}

function hasType(type: NonNullable<JsonSchema['type']>, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
