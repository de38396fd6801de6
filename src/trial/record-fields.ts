/** What each field of each kind of record may hold: the one source for reading journals and for their JSON Schema. */
import type { FieldSchema } from './field-schema.js';
import type { JournalRecord } from './record.js';

/** A field of a record. */
export interface RecordField {
  readonly name: string;
  /** Reads after `expected`. */
  readonly expected: string;
  readonly schema: FieldSchema;
  /** Whether it may be missing. */
  readonly optional?: true;
}

/** Version of the journal's format that this library reads and writes. */
export const JOURNAL_VERSION = 1;

/** Name of the journal's format. */
export const JOURNAL_FORMAT = 'bo-search/journal';

const text: FieldSchema = { type: 'string', minLength: 1 };
const count: FieldSchema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const atLeastOne: FieldSchema = { ...count, minimum: 1 };
const share: FieldSchema = { type: 'number', minimum: 0, maximum: 1 };
const variance: FieldSchema = { type: 'number', minimum: 0 };
const object: FieldSchema = { type: 'object' };
const point: FieldSchema = { type: 'array', items: { type: 'number' } };

const bits: FieldSchema = {
  description: 'One character an image: 1 classified rightly, 0 wrongly.',
  type: 'string',
  pattern: '^[01]+$',
};

const block: FieldSchema = {
  description: 'Results of one block of a sample; clean and robust bits, or one of them.',
  type: 'object',
  required: ['sample', 'block', 'outcomes'],
  properties: {
    sample: text,
    block: count,
    outcomes: {
      type: 'object',
      properties: { clean: bits, robust: bits },
      anyOf: [{ required: ['clean'] }, { required: ['robust'] }],
    },
  },
};

const outcome: FieldSchema = {
  description: 'A value, counts, a measurement on a sample, or why there is none.',
  type: 'object',
  anyOf: [
    closed(['value'], { value: { type: 'number' }, variance }),
    closed(['successes', 'trials'], { successes: count, trials: atLeastOne }),
    closed(['sample', 'images', 'mean', 'variance'], {
      sample: text,
      images: atLeastOne,
      mean: share,
      variance,
      clean: share,
      robust: share,
    }),
    closed(['failed'], { failed: text }),
  ],
};

const trial: RecordField = { name: 'trial', expected: 'a trial number', schema: count };
const owner: RecordField = { name: 'owner', expected: 'a session token or detached', schema: text };

/** Fields by kind of record; further ones are read over. */
export const RECORD_FIELDS: Readonly<Record<JournalRecord['kind'], readonly RecordField[]>> = {
  header: [
    {
      name: 'seed',
      expected: 'an integer',
      schema: { ...count, minimum: -Number.MAX_SAFE_INTEGER },
    },
    {
      name: 'direction',
      expected: 'maximize or minimize',
      schema: { enum: ['maximize', 'minimize'] },
    },
    { name: 'space', expected: 'an object', schema: object },
    {
      name: 'policy',
      expected: 'a policy { name, settings }',
      schema: { type: 'object', required: ['name'], properties: { name: text } },
    },
    {
      name: 'weights',
      expected: 'weights { clean, robust }',
      schema: { type: 'object', required: ['clean', 'robust'], properties: { clean: share, robust: share } },
    },
    { name: 'rescore', expected: 'an integer from 0', schema: count },
    { name: 'versions', expected: 'an object', schema: object },
  ],
  session: [{ name: 'token', expected: 'a token', schema: text }],
  enqueue: [
    { name: 'points', expected: 'a list of points', schema: { type: 'array', items: point } },
    { name: 'labels', expected: 'a list of labels', schema: { type: 'array', items: text } },
  ],
  ask: [
    trial,
    { name: 'unit', expected: 'a point in the unit cube', schema: { type: 'array', items: share } },
    { name: 'values', expected: 'a point', schema: point, optional: true },
    owner,
    {
      name: 'origin',
      expected: 'an origin { by }',
      schema: { type: 'object', required: ['by'], properties: { by: text } },
    },
  ],
  handover: [trial, owner],
  report: [
    trial,
    { name: 'block', expected: 'a block', schema: block },
    { name: 'decision', expected: 'continue or stop', schema: { enum: ['continue', 'stop'] } },
  ],
  tell: [
    trial,
    {
      name: 'state',
      expected: 'complete, stopped or failed',
      schema: { enum: ['complete', 'stopped', 'failed'] },
    },
    { name: 'outcome', expected: 'an outcome', schema: outcome },
  ],
};

function closed(required: readonly string[], properties: Readonly<Record<string, FieldSchema>>): FieldSchema {
  return { type: 'object', required, properties, additionalProperties: false };
}
