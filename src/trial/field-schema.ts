/** The part of JSON Schema (2020-12) in which the fields of records are described, and what it takes to fit one. */

/** A description of JSON values; keywords as in the standard, numbers finite. */
export interface FieldSchema {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'null';
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: FieldSchema;
  readonly minItems?: number;
  /** Of lists of plain values. */
  readonly uniqueItems?: true;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly anyOf?: readonly FieldSchema[];
}

export type Test = (value: unknown) => boolean;

/** The test that a schema stands for; built once, run once a record. */
export function testOf(schema: FieldSchema): Test {
  const tests = [
    ...valueTests(schema),
    ...textTests(schema),
    ...numberTests(schema),
    ...arrayTests(schema),
    ...objectTests(schema),
  ];
  if (schema.anyOf !== undefined) {
    const variants = schema.anyOf.map(testOf);
    tests.push((value) => variants.some((fits) => fits(value)));
  }
  return (value) => tests.every((fits) => fits(value));
}

function valueTests({ type, const: constant, enum: known }: FieldSchema): Test[] {
  const tests: Test[] = [];
  if (type !== undefined) tests.push(TYPES[type]);
  if (constant !== undefined) tests.push((value) => value === constant);
  if (known !== undefined) tests.push((value) => known.includes(value as string));
  return tests;
}

const TYPES: Readonly<Record<NonNullable<FieldSchema['type']>, Test>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: Number.isFinite,
  integer: Number.isInteger,
  null: (value) => value === null,
};

function textTests({ minLength, pattern }: FieldSchema): Test[] {
  const tests: Test[] = [];
  if (minLength !== undefined) tests.push(onlyFor('string', (text) => (text as string).length >= minLength));
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, 'u');
    tests.push(onlyFor('string', (text) => expression.test(text as string)));
  }
  return tests;
}

function numberTests({ minimum = -Infinity, maximum = Infinity }: FieldSchema): Test[] {
  if (minimum === -Infinity && maximum === Infinity) return [];
  return [onlyFor('number', (value) => (value as number) >= minimum && (value as number) <= maximum)];
}

function arrayTests({ items, minItems, uniqueItems }: FieldSchema): Test[] {
  const tests: ((list: readonly unknown[]) => boolean)[] = [];
  if (items !== undefined) {
    const fits = testOf(items);
    tests.push((list) => list.every((item) => fits(item)));
  }
  if (minItems !== undefined) tests.push((list) => list.length >= minItems);
  if (uniqueItems === true) tests.push((list) => new Set(list).size === list.length);
  return tests.map((fits) => (value) => !Array.isArray(value) || fits(value));
}

function objectTests({ properties = {}, required = [], additionalProperties }: FieldSchema): Test[] {
  const fields = Object.entries(properties).map(([name, schema]) => [name, testOf(schema)] as const);
  const known = new Set(Object.keys(properties));
  const fits = (value: Readonly<Record<string, unknown>>) =>
    required.every((name) => Object.hasOwn(value, name)) &&
    fields.every(([name, holds]) => !Object.hasOwn(value, name) || holds(value[name])) &&
    (additionalProperties !== false || Object.keys(value).every((name) => known.has(name)));
  return [(value) => !isObject(value) || fits(value)];
}

function onlyFor(type: 'string' | 'number', fits: Test): Test {
  return (value) => typeof value !== type || fits(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
