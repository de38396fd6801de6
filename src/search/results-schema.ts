/** What `results.json` and `baselines.json` hold: one schema for checking and for other tools. */
import { z } from 'zod';

const number = z.number('expected a number');
const share = z.number('expected a number from 0 to 1').min(0).max(1);
const count = z.int('expected an integer of at least 0').min(0);
const text = z.string('expected text');
const object = <T extends z.ZodRawShape>(fields: T) =>
  z.looseObject(fields, `expected an object with ${Object.keys(fields).join(', ')}`);
const list = <T extends z.ZodType>(of: T, what: string) => z.array(of, `expected an array of ${what}`);

const alphas = list(share, 'numbers from 0 to 1');
const interval = z.tuple([number, number], 'expected two numbers');
const estimate = object({ mean: share, interval: z.tuple([share, share], 'expected two numbers') }).describe(
  'A mean over images and its 95 % interval.',
);

const row = object({
  name: text.describe('As tables call it.'),
  kind: text.describe('learned, linear, cosine, step, constant, reversed, custom or no-defence.'),
  alphas: alphas.optional().describe('Before attenuation; absent for no defence.'),
  clean: estimate.optional(),
  robust: estimate.optional(),
  objective: estimate,
  difference: object({ mean: number, interval })
    .optional()
    .describe('Learned − this, image by image; absent where nothing was learned.'),
  balanced: object({ clean: share.optional(), robust: share.optional() })
    .optional()
    .describe('Means over classes.'),
  perClass: object({
    clean: list(share.nullable(), 'shares').optional(),
    robust: list(share.nullable(), 'shares').optional(),
  })
    .optional()
    .describe('By class; null for a class without images.'),
});

const attack = object({
  images: count,
  cleanErrors: count.describe('Wrong before the attack; never attacked.'),
  attacked: count,
  successes: count,
  eightBitSuccesses: count.optional().describe('After rounding to 8 bits.'),
  successRate: estimate.optional(),
  robustAccuracy: estimate,
  zeroGradients: count.optional(),
  nonFinite: count.optional(),
}).describe('What became of the images under the attack.');

const judged = {
  sample: text.describe('Names images, attack, noise and draws.'),
  images: count,
  draws: count.describe('Purifications an image whose logits are averaged.'),
  attack: attack.optional(),
};

const bestStep = object({
  from: count.describe('First latent that is re-sampled.'),
  alphas: alphas.optional(),
  scores: list(number, 'numbers').optional().describe('Of every step on the search images.'),
});

const recommended = object({
  trial: count,
  alphas,
  mean: number,
  interval,
  observed: object({ trial: count, value: number }),
});

const common = {
  version: z.literal(1, 'expected 1'),
  versions: object({ boSearch: text, node: text }).optional(),
  backend: text.optional().describe('What ran.'),
  config: object({ heldOut: object({ images: count, draws: count }) }).describe(
    'The configuration, defaults filled in.',
  ),
  facts: object({ model: object({ name: text, latents: list(text, 'names') }) }).describe(
    'What makes the search the search it is.',
  ),
  classes: list(text, 'names').optional(),
  heldOut: object({ ...judged, rows: list(row, 'rows').min(1, 'expected at least one row') }),
};

export const resultsSchema = object({
  format: z.literal('bo-search/results', 'expected "bo-search/results"'),
  ...common,
  search: object({ ...judged, evaluations: count, failed: count.optional(), recommended, bestStep }),
});

export const baselinesSchema = object({
  format: z.literal('bo-search/baselines', 'expected "bo-search/baselines"'),
  ...common,
  search: object({ ...judged, bestStep }),
});

/** JSON Schema of `results.json` and `baselines.json`, by which they are read. Other fields may be added. */
export function resultsJsonSchema(): Record<string, unknown> {
  const { $schema, ...either } = z.toJSONSchema(z.union([resultsSchema, baselinesSchema]));
  return {
    $schema,
    title: 'bo-search results',
    description: 'What a search, or scoring schedules without one, found. Shares are from 0 to 1.',
    ...either,
  };
}
