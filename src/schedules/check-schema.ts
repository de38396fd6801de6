/**
 * Checks a value against the part of JSON Schema (2020-12) that our file formats use, and says what is wrong first.
 *
 * Stricter than the standard in two points: numbers are finite, and no object may own a key that reaches a prototype.
 */
import { nearestName } from './nearest-name.js';
import { showValue } from './show-value.js';

/** The keywords understood here; others may not stand in a schema of ours. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer';
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** `false` closes the object; absent, any further key with a JSON value is allowed. */
  readonly additionalProperties?: false;
  /** Variants told apart by the constant their property `kind` has. */
  readonly oneOf?: readonly JsonSchema[];
}

/** What is wrong, and where: a JSON pointer, empty for the whole value. */
export interface SchemaProblem {
  readonly pointer: string;
  /** Reads after a place: `expected …, got …`. */
  readonly reason: string;
}

/** Keys that would reach an object's prototype in careless hands. */
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Deepest nesting of a free JSON value. */
const MAX_DEPTH = 64;

/** The first problem of `value`, in document order; undefined when there is none. */
export function checkSchema(schema: JsonSchema, value: unknown): SchemaProblem | undefined {
  return check(schema, value, '', schema);
}

function check(
  schema: JsonSchema,
  value: unknown,
  pointer: string,
  root: JsonSchema,
): SchemaProblem | undefined {
  if (schema.$ref !== undefined) return check(referred(schema.$ref, root), value, pointer, root);
  if (schema.oneOf !== undefined) return checkVariant(schema.oneOf, value, pointer, root);
  if (schema.const !== undefined || schema.enum !== undefined) return checkConstant(schema, value, pointer);
  switch (schema.type) {
    case 'object':
      return checkObject(schema, value, pointer, root);
    case 'array':
      return checkArray(schema, value, pointer, root);
    case 'string':
      return checkString(schema, value, pointer);
    case 'number':
    case 'integer':
      return checkNumber(schema, value, pointer);
    case undefined:
      return checkFree(value, pointer, 0);
    default:
      return schema.type satisfies never;
  }
}

function referred(ref: string, root: JsonSchema): JsonSchema {
  const found = root.$defs?.[ref.replace('#/$defs/', '')];
  if (found === undefined) throw new Error(`Internal error: no definition for ${ref}`);
  return found;
}

function checkVariant(
  variants: readonly JsonSchema[],
  value: unknown,
  pointer: string,
  root: JsonSchema,
): SchemaProblem | undefined {
  if (!isObject(value)) return { pointer, reason: `expected an object, got ${showValue(value)}` };
  const kinds = variants.map((variant) => variant.properties?.['kind']?.const);
  const kind = Object.hasOwn(value, 'kind') ? value['kind'] : undefined;
  const at = kinds.findIndex((known) => known === kind);
  if (at >= 0) return check(variants[at], value, pointer, root);
  return {
    pointer: `${pointer}/kind`,
    reason: `expected one of ${kinds.join(', ')}, got ${showValue(kind)}`,
  };
}

function checkConstant(schema: JsonSchema, value: unknown, pointer: string): SchemaProblem | undefined {
  if (schema.const !== undefined) {
    if (value === schema.const) return undefined;
    return { pointer, reason: `expected ${JSON.stringify(schema.const)}, got ${showValue(value)}` };
  }
  const known = schema.enum ?? [];
  if (typeof value === 'string' && known.includes(value)) return undefined;
  return { pointer, reason: `expected one of ${known.join(', ')}, got ${showValue(value)}` };
}

function checkObject(
  schema: JsonSchema,
  value: unknown,
  pointer: string,
  root: JsonSchema,
): SchemaProblem | undefined {
  if (!isObject(value)) return { pointer, reason: `expected an object, got ${showValue(value)}` };
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) return { pointer, reason: `expected the key ${JSON.stringify(key)}` };
  }
  const known = Object.keys(schema.properties ?? {});
  for (const key of Object.keys(value)) {
    if (PROTOTYPE_KEYS.has(key)) return forbiddenKey(key, pointer);
    const inner = known.includes(key) ? schema.properties?.[key] : undefined;
    if (inner === undefined && schema.additionalProperties === false) return unknownKey(key, known, pointer);
    const problem = check(inner ?? {}, value[key], `${pointer}/${escaped(key)}`, root);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function forbiddenKey(key: string, pointer: string): SchemaProblem {
  return { pointer, reason: `the key ${JSON.stringify(key)} is not allowed` };
}

function unknownKey(key: string, known: readonly string[], pointer: string): SchemaProblem {
  const near = nearestName(key, known);
  const advice = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${near}"?`;
  return { pointer, reason: `unknown key ${showValue(key)}, ${advice}` };
}

function checkArray(
  schema: JsonSchema,
  value: unknown,
  pointer: string,
  root: JsonSchema,
): SchemaProblem | undefined {
  if (!Array.isArray(value)) return { pointer, reason: `expected an array, got ${showValue(value)}` };
  const { minItems = 0, maxItems = Infinity } = schema;
  if (value.length < minItems || value.length > maxItems) {
    return { pointer, reason: `expected ${range(minItems, maxItems)} entries, got ${value.length}` };
  }
  for (let i = 0; i < value.length; i++) {
    const problem = check(schema.items ?? {}, value[i], `${pointer}/${i}`, root);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkString(schema: JsonSchema, value: unknown, pointer: string): SchemaProblem | undefined {
  if (typeof value !== 'string') return { pointer, reason: `expected text, got ${showValue(value)}` };
  const length = [...value].length;
  const { minLength = 0, maxLength = Infinity } = schema;
  if (length < minLength || length > maxLength) {
    return { pointer, reason: `expected ${range(minLength, maxLength)} characters, got ${length}` };
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    return { pointer, reason: `expected ${schema.description ?? schema.pattern}, got ${showValue(value)}` };
  }
  return undefined;
}

function checkNumber(schema: JsonSchema, value: unknown, pointer: string): SchemaProblem | undefined {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = schema;
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (schema.type === 'number' || Number.isInteger(value)) &&
    value >= minimum &&
    value > exclusiveMinimum &&
    value <= maximum;
  if (fits) return undefined;
  const noun = schema.type === 'integer' ? 'an integer' : 'a number';
  const above = exclusiveMinimum > -Infinity ? ` above ${exclusiveMinimum}` : '';
  const limits = above !== '' && maximum < Infinity ? `${above} and at most ${maximum}` : above;
  const bounds = limits !== '' ? limits : bound(minimum, maximum);
  return { pointer, reason: `expected ${noun}${bounds}, got ${showValue(value)}` };
}

function bound(minimum: number, maximum: number): string {
  if (minimum > -Infinity && maximum < Infinity) return ` from ${minimum} to ${maximum}`;
  if (minimum > -Infinity) return ` of at least ${minimum}`;
  return maximum < Infinity ? ` of at most ${maximum}` : '';
}

function range(least: number, most: number): string {
  if (least === most) return String(least);
  return most === Infinity ? `at least ${least}` : `from ${least} to ${most}`;
}

/** Any JSON value: no holes, no NaN, no functions, no prototype keys, no endless nesting. */
function checkFree(value: unknown, pointer: string, depth: number): SchemaProblem | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return undefined;
  if (depth > MAX_DEPTH) return { pointer, reason: `expected at most ${MAX_DEPTH} levels of nesting` };
  const isArray = Array.isArray(value);
  if (!isArray && !isObject(value)) {
    return { pointer, reason: `expected a JSON value, got ${showValue(value)}` };
  }
  const entries: readonly (readonly [string, unknown])[] = isArray
    ? Array.from(value, (entry: unknown, i) => [String(i), entry] as const)
    : Object.entries(value);
  for (const [key, entry] of entries) {
    if (PROTOTYPE_KEYS.has(key)) return forbiddenKey(key, pointer);
    const problem = checkFree(entry, `${pointer}/${escaped(key)}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6901: `~` and `/` inside a key. */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
