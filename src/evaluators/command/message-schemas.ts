/** The evaluator protocol as schemas: the source of both the checks on replies and the published JSON Schema. */
import { z } from 'zod';
import { MAX_LATENTS } from '../../schedules/index.js';
import {
  type CancelRequest,
  type DescribeRequest,
  type DescriptionReply,
  type ErrorReply,
  type EvaluateRequest,
  type EvaluatorReply,
  type EvaluatorRequest,
  type OutcomesReply,
  type ProgressReply,
  PROTOCOL_VERSION,
  type SampledReply,
  type SampleRequest,
  type SampleSpec,
} from './messages.js';

/** Longest name of anything, as in the schedules file. */
const LONGEST_NAME = 200;

const SHARE = 'expected a number above 0 and at most 1';
const POSITIVE = 'expected a number above 0';
const HASH = 'expected "sha256:" and 64 hexadecimal digits';

const integer = (least: number) => {
  const expected = `expected an integer of at least ${least}`;
  return z.int(expected).min(least, expected);
};
const text = (most: number) => {
  const expected = `expected a text of 1 to ${most} characters`;
  return z.string(expected).min(1, expected).max(most, expected);
};
const list = <T extends z.ZodType>(item: T, what: string, least = 0) => {
  const expected = `expected a list of ${what}`;
  return z.array(item, expected).min(least, `${expected}, at least ${least}`);
};
const name = () => text(LONGEST_NAME);
const hash = () => z.string(HASH).regex(/^sha256:[0-9a-f]{64}$/, HASH);
const share = () => z.number(SHARE).positive(SHARE).max(1, SHARE);
const positive = () => z.number(POSITIVE).positive(POSITIVE);
const flag = () => z.boolean('expected true or false');
const section = <T extends z.ZodRawShape>(fields: T) =>
  z.object(fields, `expected an object with ${Object.keys(fields).join(', ')}`);
const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, `expected one of ${names.join(', ')}`);
const kind = <const T extends string>(value: T) => z.literal(value);
const bits = () => {
  const expected = 'expected a text of 0 and 1, one character an image';
  return z.string(expected).regex(/^[01]+$/, expected);
};
const id = () => integer(1).describe('Number of the request, counted up by the caller.');
const protocol = () => z.literal(PROTOCOL_VERSION, `expected ${PROTOCOL_VERSION}`);

const attack = section({
  kind: oneOf(['pgd-l2', 'fgsm-l2']),
  against: oneOf(['classifier', 'defence']),
  l2Bound: positive(),
  keepOnlySuccessful: flag(),
  steps: integer(1).exactOptional(),
  stepSize: positive().exactOptional(),
  randomStart: flag().exactOptional(),
  restarts: integer(1).exactOptional(),
  direction: oneOf(['gradient', 'sign']).exactOptional(),
});

const defence = section({
  temperature: share().nullable(),
  attenuation: share(),
  blur: section({
    sigma: positive(),
    kernelSize: z.union([integer(1), oneOf(['paper', 'reference'])], 'expected taps, paper or reference'),
  }).nullable(),
  noise: section({ l2Norm: positive() }).nullable(),
});

/** All that makes a sample. */
export const sampleSpecSchema = section({
  set: name(),
  images: integer(1),
  seed: integer(0),
  noiseKey: text(1000),
  draws: integer(1),
  parts: list(oneOf(['clean', 'robust']), 'parts: clean, robust or both', 1),
  defence,
  attack: attack.nullable(),
}) satisfies z.ZodType<SampleSpec>;

const alpha = z.number('expected a number from 0 to 1').min(0).max(1);

const requestSchemas = {
  describe: section({
    id: id(),
    kind: kind('describe'),
    protocol: protocol(),
    task: name().exactOptional(),
  }) satisfies z.ZodType<DescribeRequest>,
  sample: section({
    id: id(),
    kind: kind('sample'),
    sample: sampleSpecSchema,
  }) satisfies z.ZodType<SampleRequest>,
  evaluate: section({
    id: id(),
    kind: kind('evaluate'),
    sample: sampleSpecSchema,
    name: name(),
    alphas: z.array(alpha).min(1).max(MAX_LATENTS).nullable(),
    block: section({ index: integer(0), from: integer(0), to: integer(1) }),
    seed: integer(0),
  }) satisfies z.ZodType<EvaluateRequest>,
  cancel: section({ id: id(), kind: kind('cancel'), of: id() }) satisfies z.ZodType<CancelRequest>,
} satisfies { [K in EvaluatorRequest['kind']]: z.ZodType<Extract<EvaluatorRequest, { kind: K }>> };

const description = section({
  id: id(),
  kind: kind('description'),
  protocol: protocol(),
  evaluator: section({ name: name(), version: name() }),
  model: section({ name: name(), hash: hash() }),
  latents: list(
    section({ name: name(), shape: list(integer(1), 'sizes').exactOptional() }),
    'latents',
    1,
  ).max(MAX_LATENTS, `expected at most ${MAX_LATENTS} latents`),
  classes: list(name(), 'class names', 1),
  sets: list(section({ name: name(), images: integer(1) }), 'image sets', 1),
  device: name().exactOptional(),
  can: list(oneOf(['sample', 'cancel', 'no-defence']), 'abilities').exactOptional(),
}) satisfies z.ZodType<DescriptionReply>;

const sampled = section({
  id: id(),
  kind: kind('sampled'),
  images: integer(0),
  hash: hash(),
  ids: list(z.string('expected a text'), 'image ids').exactOptional(),
  labels: list(integer(0), 'class numbers').exactOptional(),
  attack: section({
    images: integer(0),
    cleanErrors: integer(0),
    successes: integer(0),
    eightBitSuccesses: integer(0).exactOptional(),
    zeroGradients: integer(0).exactOptional(),
    nonFinite: integer(0).exactOptional(),
  }).exactOptional(),
}) satisfies z.ZodType<SampledReply>;

/** One schema a kind of reply. Keys they do not name are allowed and left out. */
export const replySchemas = {
  description,
  sampled,
  outcomes: section({
    id: id(),
    kind: kind('outcomes'),
    clean: bits().exactOptional(),
    robust: bits().exactOptional(),
  }) satisfies z.ZodType<OutcomesReply>,
  progress: section({
    id: id(),
    kind: kind('progress'),
    done: z.number('expected a number of at least 0').min(0, 'expected a number of at least 0'),
    of: z.number('expected a number of at least 0').min(0, 'expected a number of at least 0'),
    note: z.string('expected a text').exactOptional(),
  }) satisfies z.ZodType<ProgressReply>,
  cancelled: section({ id: id(), kind: kind('cancelled') }),
  error: section({
    id: id(),
    kind: kind('error'),
    message: z.string('expected a text'),
  }) satisfies z.ZodType<ErrorReply>,
} satisfies { [K in EvaluatorReply['kind']]: z.ZodType<Extract<EvaluatorReply, { kind: K }>> };

/** JSON Schema of every message of the protocol: `$defs` names them `describe-request`, `outcomes-reply` and so on. */
export function evaluatorProtocolJsonSchema(): Record<string, unknown> {
  const requests = Object.keys(requestSchemas).map((key) => `${key}-request`);
  const replies = Object.keys(replySchemas).map((key) => `${key}-reply`);
  const reference = (key: string) => ({ $ref: `#/$defs/${key}` });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `bo-search evaluator protocol, version ${PROTOCOL_VERSION}`,
    description: 'One message, one line. Requests go to standard input, replies come from standard output.',
    anyOf: [reference('request'), reference('reply')],
    $defs: {
      request: { anyOf: requests.map(reference) },
      reply: { anyOf: replies.map(reference) },
      ...definitions(requestSchemas, 'request'),
      ...definitions(replySchemas, 'reply'),
    },
  };
}

function definitions(
  schemas: Readonly<Record<string, z.ZodType>>,
  side: 'request' | 'reply',
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([key, schema]) => {
      const definition = z.toJSONSchema(schema, { io: 'input' });
      delete definition.$schema;
      return [`${key}-${side}`, definition];
    }),
  );
}
