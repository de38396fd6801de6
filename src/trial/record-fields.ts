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
const object: FieldSchema = { type: 'object' };
const point: FieldSchema = { type: 'array', items: { type: 'number' } };

const plan: FieldSchema = { type: 'array', items: count, minItems: 1, uniqueItems: true };

const said = (description: string, schema: FieldSchema): FieldSchema => ({ description, ...schema });

const bits: FieldSchema = {
  description: 'One character an image: 1 classified rightly, 0 wrongly.',
  type: 'string',
  pattern: '^[01]+$',
};

const sample = said('Name of the sample: one image set, attack, noise key and number of draws.', text);

const block: FieldSchema = {
  description: 'Results of one block of a sample; clean and robust bits, or one of them.',
  type: 'object',
  required: ['sample', 'block', 'outcomes'],
  properties: {
    sample,
    block: said('Position of the block in its sample, from 0.', count),
    outcomes: {
      description: 'Per-image results; both strings are as long as the block.',
      type: 'object',
      anyOf: [
        { required: ['clean'], properties: { clean: bits } },
        { required: ['robust'], properties: { robust: bits } },
      ],
      properties: { clean: bits, robust: bits },
    },
  },
};

const outcome: FieldSchema = {
  description: 'A value, counts, a measurement on a sample, or why there is none.',
  type: 'object',
  anyOf: [
    closed(['value'], {
      value: said('The value, in units of the objective.', { type: 'number' }),
      variance: said('Variance of its noise, in squared units of the value; absent where unknown.', {
        type: 'number',
        minimum: 0,
      }),
    }),
    closed(['successes', 'trials'], {
      successes: said('Independent yes/no draws that were a yes, at most trials.', count),
      trials: said('Independent yes/no draws.', atLeastOne),
    }),
    closed(['sample', 'images', 'mean', 'variance'], {
      sample,
      images: said('Number of images m the blocks hold.', atLeastOne),
      mean: said('Mean over the images of weights.clean · clean + weights.robust · robust.', share),
      variance: said(
        "Variance of that mean over draws of images: the scores' sample variance (denominator m − 1) over m; 0.25 for m = 1.",
        { type: 'number', minimum: 0 },
      ),
      clean: said('Share of the clean images classified rightly; absent where not measured.', share),
      robust: said('Share of the attacked images classified rightly; absent where not measured.', share),
    }),
    closed(['failed'], { failed: said('The reason, in words.', text) }),
  ],
};

const trial: RecordField = {
  name: 'trial',
  expected: 'a trial number',
  schema: said('Number of the trial, from 0 in the order of asking.', count),
};
const owner: RecordField = {
  name: 'owner',
  expected: 'a session token or detached',
  schema: said(
    'Who may go on with the trial: the token of a session, or detached for one that waits for whoever tells it.',
    text,
  ),
};

const about = (description: string): RecordField => ({
  name: 'about',
  expected: 'a JSON value',
  schema: { description },
  optional: true,
});

const ORIGINS =
  'Why this point: rescore (due again on a fresh sample), enqueued, seed (a structured point of the space), random (the surrogate gave nothing), or the word of the policy: initial, bayes, explore (a point of the initial sequence, while the model sees little but noise), promote (a known point again, on more images), random, sobol; a policy of your own has words of its own.';

/** Fields by kind of record; further ones are read over. */
export const RECORD_FIELDS: Readonly<Record<JournalRecord['kind'], readonly RecordField[]>> = {
  header: [
    {
      name: 'seed',
      expected: 'an integer',
      schema: said('Decides every random choice of the study.', {
        ...count,
        minimum: -Number.MAX_SAFE_INTEGER,
      }),
    },
    {
      name: 'direction',
      expected: 'maximize or minimize',
      schema: { description: 'What is better.', enum: ['maximize', 'minimize'] },
    },
    {
      name: 'space',
      expected: 'an object',
      schema: said(
        '{ kind: "alphas", latents, seeds } or { kind: "parameters", parameters: [{ name, kind, low, high, log? }], seeds: [{ label, values }] }. With u of unit, the value of α is u; of a real low + u · (high − low), with log exp(ln low + u · (ln high − ln low)); of an integer low + min(n − 1, floor(u · n)) with n = high − low + 1.',
        object,
      ),
    },
    {
      name: 'policy',
      expected: 'a policy { name, settings }',
      schema: {
        description: 'How points are chosen; settings are those of the policy, defaults filled in.',
        type: 'object',
        required: ['name'],
        properties: { name: said('bayes, random, sobol, or the name of a policy of your own.', text) },
      },
    },
    {
      name: 'weights',
      expected: 'weights { clean, robust }',
      schema: {
        description: 'Weights of the two accuracies in the score of an image; their sum is 1.',
        type: 'object',
        required: ['clean', 'robust'],
        properties: {
          clean: said('Weight of accuracy on clean images.', share),
          robust: said('Weight of accuracy on attacked images.', share),
        },
      },
    },
    {
      name: 'rescore',
      expected: 'an integer from 0',
      schema: said(
        'How many of the best points are judged again when a fresh sample replaces the old.',
        count,
      ),
    },
    about('What the study is for, or null; of a run { job: "bo-search/search", model, config }.'),
    {
      name: 'versions',
      expected: 'an object',
      schema: said('Versions that began the study: { boSearch, node }.', object),
    },
  ],
  session: [
    {
      name: 'token',
      expected: 'a token',
      schema: said('Names the session: of its lock, never used again.', text),
    },
    about('What this session is, or null; of a run { evaluations, backend }.'),
  ],
  enqueue: [
    {
      name: 'points',
      expected: 'a list of points',
      schema: said('One list of values a point, in user units, in the order of the parameters.', {
        type: 'array',
        items: point,
      }),
    },
    {
      name: 'labels',
      expected: 'a list of labels',
      schema: said('Where each point comes from, one a point.', { type: 'array', items: text }),
    },
    {
      name: 'blocks',
      expected: 'a list of blocks or null for each point',
      schema: said(
        'Positions of the blocks to judge each point on, one list a point, or null to leave them to the policy; absent: null for all.',
        { type: 'array', items: { anyOf: [plan, { type: 'null' }] } },
      ),
      optional: true,
    },
  ],
  ask: [
    trial,
    {
      name: 'unit',
      expected: 'a point in the unit cube',
      schema: said(
        'The point in the unit cube, one number a parameter; header.space says which values it stands for.',
        {
          type: 'array',
          items: share,
        },
      ),
    },
    {
      name: 'values',
      expected: 'a point',
      schema: said(
        'The point in user units; written only where it is not what unit gives back to the bit (enqueued points), and then it is the point.',
        point,
      ),
      optional: true,
    },
    owner,
    {
      name: 'origin',
      expected: 'an origin { by }',
      schema: {
        description: 'Where the point comes from.',
        type: 'object',
        required: ['by'],
        properties: {
          by: said(ORIGINS, text),
          label: said('Which one, such as linear, half or step-4; absent where there is nothing to tell.', {
            type: 'string',
          }),
        },
      },
    },
    {
      name: 'blocks',
      expected: 'a list of different blocks',
      schema: said(
        'Positions of the blocks of the sample to judge, in this order; absent: all of them. No other block is reported.',
        plan,
      ),
      optional: true,
    },
    {
      name: 'memo',
      expected: 'a JSON value',
      schema: {
        description:
          'What the policy must find again, such as { fit } with hyper-parameters; for bo-search alone.',
      },
      optional: true,
    },
  ],
  handover: [trial, owner],
  report: [
    trial,
    { name: 'block', expected: 'a block', schema: block },
    {
      name: 'decision',
      expected: 'continue or stop',
      schema: { description: 'Whether the trial is worth more blocks.', enum: ['continue', 'stop'] },
    },
  ],
  tell: [
    trial,
    {
      name: 'state',
      expected: 'complete, stopped or failed',
      schema: {
        description:
          'complete: all blocks that were planned, or a value; stopped: a part of them; failed: no value.',
        enum: ['complete', 'stopped', 'failed'],
      },
    },
    { name: 'outcome', expected: 'an outcome', schema: outcome },
  ],
};

function closed(required: readonly string[], properties: Readonly<Record<string, FieldSchema>>): FieldSchema {
  return { type: 'object', required, properties, additionalProperties: false };
}
