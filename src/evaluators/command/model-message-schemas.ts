/** The words for attacks as schemas: images with pixels, logits, gradients. */
import { z } from 'zod';
import { alphas, defence } from './defence-schema.js';
import type { EvaluatorReply, EvaluatorRequest } from './messages.js';
import { type AttackableSpec, type DeployedSpec, MOST_VALUES } from './model-messages.js';
import { flag, id, integer, kind, list, name, section, text } from './schema-parts.js';

/** Longest noise key. */
const LONGEST_KEY = 1000;

const TENSOR = 'base64 of little-endian float32';

const shape = () => {
  const expected = `expected a list of height, width and channels with at most ${MOST_VALUES} values in all`;
  return z
    .tuple([integer(1), integer(1), integer(1)], expected)
    .refine(([height, width, channels]) => height * width * channels <= MOST_VALUES, expected);
};
const tensor = (what: string) => z.string(`expected ${TENSOR}`).describe(`${what}: ${TENSOR}.`);
const ids = () => list(z.string('expected a text'), 'image ids').describe('Names of the images, one each.');

/** What a description says of attacks. */
export const attackable = section({
  shape: shape().describe('Height, width and channels of every image.'),
  dtype: z.literal('float32', 'expected float32').describe('Type of all numbers in tensors.'),
  gradients: flag().describe('Whether it knows vjp.'),
  draws: flag().describe('Whether runs differ from draw to draw where something random is asked for.'),
  batch: integer(1).exactOptional().describe('Most images it wants in one request.'),
}) satisfies z.ZodType<AttackableSpec>;

const deployed = section({
  alphas: alphas()
    .nullable()
    .describe(
      'α before attenuation, one a latent; null leaves the generative model out, not the preprocessing.',
    ),
  purifications: integer(1).describe(
    'K, whose logits are averaged; draw d is purifications d·K to d·K + K − 1 of its key.',
  ),
  defence: defence.describe('All of the defence but α.'),
}) satisfies z.ZodType<DeployedSpec>;

const onImages = {
  model: deployed.describe('The defence as deployed.'),
  draw: section({
    key: text(LONGEST_KEY).describe('The noise key.'),
    index: integer(0).describe('Number of the draw, from 0.'),
  }).describe('Which fresh run of the defence.'),
  ids: ids(),
  images: tensor('(B, H, W, C), values in [0, 1]'),
};

export const modelRequestSchemas = {
  images: section({
    id: id(),
    kind: kind('images'),
    set: name().describe("Image set by name, one of the description's sets."),
    images: integer(1).describe('Number of images of the choice.'),
    seed: integer(0).describe('Decides which images.'),
    from: integer(0).describe('First image of the choice to send, from 0.'),
    to: integer(1).describe('The image after the last to send.'),
  }),
  logits: section({ id: id(), kind: kind('logits'), ...onImages }),
  vjp: section({ id: id(), kind: kind('vjp'), ...onImages, cotangent: tensor('∂loss/∂logits, (B, K)') }),
} satisfies RequestSchemas<'images' | 'logits' | 'vjp'>;

export const modelReplySchemas = {
  pixels: section({
    id: id(),
    kind: kind('pixels'),
    ids: ids(),
    labels: list(integer(0), 'class numbers').describe('True classes, one an image, from 0.'),
    pixels: tensor('(B, H, W, C), values in [0, 1]'),
  }),
  scores: section({
    id: id(),
    kind: kind('scores'),
    logits: tensor('(B, K), before any softmax'),
  }),
  gradient: section({
    id: id(),
    kind: kind('gradient'),
    logits: tensor('(B, K), before any softmax'),
    gradient: tensor('∂loss/∂images, (B, H, W, C)'),
  }),
} satisfies ReplySchemas<'pixels' | 'scores' | 'gradient'>;

type RequestSchemas<K extends EvaluatorRequest['kind']> = {
  [Kind in K]: z.ZodType<Extract<EvaluatorRequest, { kind: Kind }>>;
};

type ReplySchemas<K extends EvaluatorReply['kind']> = {
  [Kind in K]: z.ZodType<Extract<EvaluatorReply, { kind: Kind }>>;
};
