/** The evaluator protocol as schemas: the source of both the checks on replies and the published JSON Schema. */
import { z } from 'zod';
import { MAX_LATENTS } from '../../schedules/index.js';
import { alphas, defence } from './defence-schema.js';
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
import { attackable, modelReplySchemas, modelRequestSchemas } from './model-message-schemas.js';
import {
  bits,
  flag,
  hash,
  id,
  integer,
  kind,
  list,
  name,
  oneOf,
  positive,
  protocol,
  section,
  text,
} from './schema-parts.js';

/** Most classes: more than ImageNet-21k has. Every row of the results has two numbers a class. */
const MOST_CLASSES = 30_000;

const attack = section({
  kind: oneOf(['pgd-l2', 'fgsm-l2']).describe('Which attack.'),
  against: oneOf(['classifier', 'defence']).describe(
    'The bare classifier, or the whole defence with every α = 0.',
  ),
  l2Bound: positive().describe('Largest L2 norm of the perturbation, over all values of an image in [0, 1].'),
  keepOnlySuccessful: flag().describe(
    'Leave out images on which the attack failed; images that were wrong before stay.',
  ),
  steps: integer(1).exactOptional().describe('pgd-l2: gradient steps.'),
  stepSize: positive().exactOptional().describe('pgd-l2: L2 length of a step.'),
  randomStart: flag().exactOptional().describe('pgd-l2: begin at a random point of the ball.'),
  restarts: integer(1).exactOptional().describe('pgd-l2: runs an image.'),
  direction: oneOf(['gradient', 'sign'])
    .exactOptional()
    .describe('fgsm-l2: along the gradient or its sign, scaled to the bound.'),
});

/** All that makes a sample. */
const sampleSpecSchema = section({
  set: name().describe("Image set by name, one of the description's sets."),
  images: integer(1).describe('Number of images.'),
  seed: integer(0).describe("Decides which images, and the attack's randomness."),
  noiseKey: text(1000).describe(
    'Key of the purification noise, which follows (noiseKey, image id, latent, purification), never the trial.',
  ),
  draws: integer(1).describe('Purifications whose logits are averaged, K.'),
  parts: list(oneOf(['clean', 'robust']), 'parts: clean, robust or both', 1).describe(
    'What is judged: clean images, attacked ones, or both.',
  ),
  defence: defence.describe('All of the defence but α.'),
  attack: attack.nullable().describe('How attacked images are made; null where parts has no robust.'),
}) satisfies z.ZodType<SampleSpec>;

const requestSchemas = {
  describe: section({
    id: id(),
    kind: kind('describe'),
    protocol: protocol(),
    task: name()
      .exactOptional()
      .describe("Which of the evaluator's tasks, where the configuration names one."),
  }) satisfies z.ZodType<DescribeRequest>,
  sample: section({
    id: id(),
    kind: kind('sample'),
    sample: sampleSpecSchema.describe('The sample to make ready.'),
  }) satisfies z.ZodType<SampleRequest>,
  evaluate: section({
    id: id(),
    kind: kind('evaluate'),
    sample: sampleSpecSchema.describe('The sample the block is of, whole.'),
    name: name().describe("The sample's name, as in the journal."),
    alphas: alphas()
      .nullable()
      .describe('α before attenuation, one a latent; null asks for the classifier without a defence.'),
    block: section({
      index: integer(0).describe('Position of the block in its sample, from 0.'),
      from: integer(0).describe('First image, from 0.'),
      to: integer(1).describe('The image after the last.'),
    }).describe('Images [from, to) of the sample, in its order.'),
    seed: integer(0).describe("The search's seed."),
  }) satisfies z.ZodType<EvaluateRequest>,
  cancel: section({
    id: id(),
    kind: kind('cancel'),
    of: id().describe('Number of the request to give up.'),
  }) satisfies z.ZodType<CancelRequest>,
  ...modelRequestSchemas,
} satisfies { [K in EvaluatorRequest['kind']]: z.ZodType<Extract<EvaluatorRequest, { kind: K }>> };

const description = section({
  id: id(),
  kind: kind('description'),
  protocol: protocol(),
  evaluator: section({
    name: name().describe('Its name.'),
    version: name().describe('Its version.'),
  }).describe('The program that answers.'),
  model: section({
    name: name().describe('Its name.'),
    hash: hash().describe('sha256: and 64 hexadecimal digits, of all that decides outcomes.'),
  }).describe('Model and classifier behind it.'),
  latents: list(
    section({
      name: name().describe('Its name; no two the same.'),
      shape: list(integer(1), 'sizes').exactOptional().describe('Its shape, without the batch.'),
    }),
    'latents',
    1,
  )
    .max(MAX_LATENTS, `expected at most ${MAX_LATENTS} latents`)
    .describe('In the order of α.'),
  classes: list(name(), 'class names', 1)
    .max(MOST_CLASSES, `expected at most ${MOST_CLASSES} class names`)
    .describe('Names of the classes, for people.'),
  sets: list(
    section({ name: name().describe('Its name.'), images: integer(1).describe('Images it has.') }),
    'image sets',
    1,
  ).describe('Image sets; search and heldOut are those that a run uses.'),
  device: name().exactOptional().describe('What runs, for example cuda:0.'),
  can: list(oneOf(['sample', 'cancel', 'no-defence']), 'abilities')
    .exactOptional()
    .describe('What it knows beyond describe and evaluate.'),
  attackable: attackable
    .exactOptional()
    .describe('There where it knows images and logits, and can be attacked.'),
}) satisfies z.ZodType<DescriptionReply>;

const sampled = section({
  id: id(),
  kind: kind('sampled'),
  images: integer(0).describe('Images in the sample; fewer than asked for only with keepOnlySuccessful.'),
  hash: hash().describe(
    'sha256: and 64 hexadecimal digits, of images, labels and ids; the same in every process.',
  ),
  ids: list(z.string('expected a text'), 'image ids')
    .exactOptional()
    .describe('Names of the images, one each.'),
  labels: list(integer(0), 'class numbers').exactOptional().describe('True classes, one an image, from 0.'),
  attack: section({
    images: integer(0).describe('Images before any was left out.'),
    cleanErrors: integer(0).describe('Wrong before the attack; never attacked.'),
    successes: integer(0).describe('Attacked images that are classified wrongly.'),
    eightBitSuccesses: integer(0)
      .exactOptional()
      .describe('Attacked images that are misclassified after rounding to 8 bits.'),
    zeroGradients: integer(0).exactOptional().describe('Images whose gradient was 0 at some step.'),
    nonFinite: integer(0).exactOptional().describe('Images with a gradient or logits that were no numbers.'),
  })
    .exactOptional()
    .describe('What became of the images under the attack.'),
}) satisfies z.ZodType<SampledReply>;

/** One schema a kind of reply. Keys they do not name are allowed and left out. */
export const replySchemas = {
  description,
  sampled,
  outcomes: section({
    id: id(),
    kind: kind('outcomes'),
    clean: bits().exactOptional().describe('One character a clean image of the block: 1 right, 0 wrong.'),
    robust: bits()
      .exactOptional()
      .describe('One character an attacked image of the block: 1 right, 0 wrong.'),
  }) satisfies z.ZodType<OutcomesReply>,
  ...modelReplySchemas,
  progress: section({
    id: id(),
    kind: kind('progress'),
    done: z
      .number('expected a number of at least 0')
      .min(0, 'expected a number of at least 0')
      .describe('Steps that are done, in units of its own.'),
    of: z
      .number('expected a number of at least 0')
      .min(0, 'expected a number of at least 0')
      .describe('Steps in all, in the same units.'),
    note: z.string('expected a text').exactOptional().describe('What is being done, for people.'),
  }) satisfies z.ZodType<ProgressReply>,
  cancelled: section({ id: id(), kind: kind('cancelled') }),
  error: section({
    id: id(),
    kind: kind('error'),
    message: z.string('expected a text').describe('Why the request could not be answered.'),
  }) satisfies z.ZodType<ErrorReply>,
} satisfies { [K in EvaluatorReply['kind']]: z.ZodType<Extract<EvaluatorReply, { kind: K }>> };

/** JSON Schema of every message of the protocol: `$defs` names them `describe-request`, `outcomes-reply` and so on. */
export function evaluatorProtocolJsonSchema(): Record<string, unknown> {
  const requests = Object.keys(requestSchemas).map((key) => `${key}-request`);
  const replies = Object.keys(replySchemas).map((key) => `${key}-reply`);
  const reference = (key: string) => ({ $ref: `#/$defs/${key}` });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:bo-search:schemas:evaluator-protocol:${PROTOCOL_VERSION}`,
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
