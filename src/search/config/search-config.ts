/** What a `search.yaml` can say: one schema for checking, for the defaults, and for editors. */
import { z } from 'zod';
import { MAX_LATENTS } from '../../schedules/index.js';
import type { ScoreWeights } from '../../trial/index.js';

const POSITIVE = 'expected a number above 0';
const SHARE = 'expected a number above 0 and at most 1';
const WEIGHT = 'expected a number from 0 to 1';
const COUNT = 'expected an integer of at least 1';
const FLAG = 'expected true or false';
const SEED = 'expected an integer from 0 to 9007199254740991';

/** Most images, evaluations or draws: beyond this a typing error is more likely than a wish. */
const MOST = 10_000_000;

const positive = () => z.number(POSITIVE).positive(POSITIVE);
const share = () => z.number(SHARE).positive(SHARE).max(1, SHARE);
const weight = () => z.number(WEIGHT).min(0, WEIGHT).max(1, WEIGHT);
const count = () => z.int(COUNT).min(1, COUNT).max(MOST, `expected an integer from 1 to ${MOST}`);
const flag = () => z.boolean(FLAG);
const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, `expected one of ${names.join(', ')}`);
const section = <T extends z.ZodRawShape>(fields: T) =>
  z.strictObject(fields, `expected a section with ${Object.keys(fields).join(', ')}`);

const attackFields = {
  preset: oneOf(['paper'])
    .optional()
    .describe(
      'paper: one FGSM-L2 step along the sign of the gradient, against the defence with every α = 0.',
    ),
  kind: oneOf(['pgd-l2', 'fgsm-l2']).optional().describe('Which attack. Default pgd-l2.'),
  against: oneOf(['classifier', 'defence'])
    .optional()
    .describe('classifier: the bare classifier (default). defence: the whole defence with every α = 0.'),
  l2Bound: positive().describe('Largest L2 norm of the perturbation, over all values of an image in [0, 1].'),
  steps: count().optional().describe('pgd-l2: gradient steps. Default 10.'),
  stepSize: positive().optional().describe('pgd-l2: length of a step. Default 2.5 · l2Bound / steps.'),
  randomStart: flag().optional().describe('pgd-l2: begin at a random point of the ball. Default false.'),
  restarts: count().optional().describe('pgd-l2: runs an image. Default 1.'),
  direction: oneOf(['gradient', 'sign'])
    .optional()
    .describe('fgsm-l2: along the gradient (default) or its sign, scaled to the bound.'),
  keepOnlySuccessful: flag()
    .optional()
    .describe(
      'Leave out images on which the attack failed, as the paper did. Robust accuracy is then relative to those.',
    ),
};

/** Settings of one attack that mean nothing to the other, and settings the preset decides. */
const FOREIGN = {
  'pgd-l2': ['direction'],
  'fgsm-l2': ['steps', 'stepSize', 'randomStart', 'restarts'],
  paper: ['kind', 'against', 'direction', 'steps', 'stepSize', 'randomStart', 'restarts'],
} as const;

const attack = section(attackFields).superRefine((given, context) => {
  const chosen = given.preset ?? given.kind ?? 'pgd-l2';
  for (const key of FOREIGN[chosen]) {
    if (given[key] === undefined) continue;
    const message = `expected no ${key} with ${chosen}`;
    context.addIssue({ code: 'custom', path: [key], message, input: given[key] });
  }
});

const preprocessing = section({
  blur: section({
    sigma: positive().describe('Standard deviation, in pixels.'),
    kernelSize: z
      .union([
        oneOf(['paper', 'reference']),
        count().refine((taps) => taps % 2 === 1, 'expected an odd integer'),
      ])
      .default('paper')
      .describe('Taps (odd), or a rule by image size: paper, or reference as in the official code.'),
  })
    .optional()
    .describe('Gaussian blur, before the noise.'),
  noise: section({
    l2Norm: positive().describe('L2 norm that every noise image is scaled to.'),
  })
    .optional()
    .describe('Gaussian noise, after the blur; then values are clamped to [0, 1].'),
});

const objective = z.union(
  [
    oneOf(['robust-only']),
    section({
      clean: weight().describe('Weight of accuracy on clean images.'),
      robust: weight().describe('Weight of accuracy on attacked images.'),
    }).refine(
      ({ clean, robust }) => Math.abs(clean + robust - 1) <= 1e-9,
      'expected clean and robust to add up to 1',
    ),
  ],
  'expected robust-only, or a section with clean and robust',
);

const search = section({
  images: count().default(200).describe('Images every α is judged on.'),
  draws: count().default(1).describe('Purifications an image whose logits are averaged.'),
  evaluations: count().default(100).describe('α vectors to judge, the structured points included.'),
  block: count().optional().describe('Images a block: what is journaled at a time. Default all.'),
  policy: oneOf(['bayes', 'random', 'sobol']).default('bayes').describe('How the next α is chosen.'),
  seeds: flag().default(true).describe('Judge structured points first: linear, cosine, constants, steps.'),
});

const heldOut = section({
  images: count()
    .default(1000)
    .describe('Images the schedules are compared on; none of them was searched on.'),
  draws: count().default(2).describe('Purifications an image whose logits are averaged.'),
});

export const searchConfigSchema = section({
  model: z
    .string('expected the name of a bundled model or a folder')
    .min(1, 'expected the name of a bundled model or a folder')
    .describe(
      'A bundled model (fashion-mnist), or a folder with model.json: ./folder, relative to this file.',
    ),
  task: z
    .string('expected the name of one of the tasks of the model')
    .min(1, 'expected the name of one of the tasks of the model')
    .describe('Which of the tasks of the model.'),
  attack: attack.describe('How attacked images are made.'),
  preprocessing: preprocessing
    .prefault({})
    .describe('What is done to images before the model. Default nothing.'),
  temperature: share().optional().describe('Scale of the prior noise. Default what the model was made for.'),
  attenuation: share().default(1).describe('Factor on α before mixing.'),
  objective: objective
    .prefault({ clean: 0.5, robust: 0.5 })
    .describe('Weights of the two accuracies; robust-only is the same as clean: 0, robust: 1.'),
  search: search.prefault({}),
  heldOut: heldOut.prefault({}),
  seed: z
    .int(SEED)
    .min(0, SEED)
    .default(1)
    .describe('Decides images, noise and every random choice: the same file gives the same result.'),
  backend: oneOf(['wasm', 'cpu']).default('wasm').describe('Tensor runtime; cpu is about 24 times slower.'),
  memoryMb: count()
    .default(512)
    .describe('Memory for what is kept between evaluations, in MB; less memory, more time, the same result.'),
});

/** A configuration with every default filled in, as YAML or JSON says it. */
export type SearchConfig = z.output<typeof searchConfigSchema>;

/** A configuration as it is written, defaults left out. */
export type SearchConfigInput = z.input<typeof searchConfigSchema>;

/** The weights a configuration gives clean and robust accuracy. */
export function weightsOf({ objective }: Pick<SearchConfig, 'objective'>): ScoreWeights {
  return objective === 'robust-only' ? { clean: 0, robust: 1 } : objective;
}

/** JSON Schema of `search.yaml`, for editors. */
export function searchConfigJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(searchConfigSchema, { io: 'input' });
  return {
    ...schema,
    title: 'bo-search search.yaml',
    description: `Searches α for a model of up to ${MAX_LATENTS} latents.`,
  };
}
