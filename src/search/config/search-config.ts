/** What a `search.yaml` can say: one schema for checking, for the defaults, and for editors. */
import { z } from 'zod';
import { MAX_LATENTS } from '../../schedules/index.js';
import type { ScoreWeights } from '../../trial/index.js';
import { attack } from './attack-config.js';
import { count, flag, oneOf, positive, seconds, section, share, weight, words } from './config-fields.js';
import { evaluation } from './evaluation-config.js';

export const EXPECTED_MODEL = 'expected the name of a bundled model or a folder';
export const EXPECTED_TASK = 'expected the name of one of the tasks of the model';
const SEED = 'expected an integer from 0 to 9007199254740991';

/** Tensor runtimes a configuration can ask for. */
const SEARCH_BACKENDS = ['auto', 'wasm', 'webgpu', 'tensorflow', 'cpu'] as const;

/** Most taps of a blur, points to begin with, worker threads, and words of a command. */
const MOST_TAPS = 9999;
const MOST_POINTS = 10_000;
const MOST_WORKERS = 256;
const MOST_WORDS = 1000;

/** Megabytes kept between evaluations unless told otherwise. */
export const DEFAULT_MEMORY_MB = 512;

const preprocessing = section({
  blur: section({
    sigma: positive().describe('Standard deviation, in pixels.'),
    kernelSize: z
      .union([
        oneOf(['paper', 'reference']),
        count(MOST_TAPS).refine((taps) => taps % 2 === 1, 'expected an odd integer'),
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

const alphas = z
  .array(weight(), 'expected a list of numbers from 0 to 1')
  .min(1, 'expected at least one number')
  .max(MAX_LATENTS, `expected at most ${MAX_LATENTS} numbers`);

const point = z.union(
  [
    alphas,
    section({
      label: words('expected a name')
        .refine((text) => !/\p{Cc}/u.test(text), 'expected a name on one line')
        .describe('A name for the point.'),
      alphas: alphas.describe('One α a latent.'),
    }),
  ],
  'expected a list of α, or a section with label, alphas',
);

const racing = z.union(
  [
    flag(),
    section({
      blocks: count()
        .optional()
        .describe('Blocks the search images are cut into. Default the largest divisor of images up to 8.'),
      budget: share()
        .optional()
        .describe(
          'Image judgements in all, those of finalists included, as a share of evaluations × images. Default 0.2.',
        ),
      finalists: count(MOST_POINTS)
        .optional()
        .describe('Best points that are judged on fresh images at the end. Default 4.'),
      fresh: count()
        .optional()
        .describe('Fresh images of a finalist, whole blocks, beside images. Default two blocks.'),
    }),
  ],
  'expected true or false, or a section with blocks, budget, finalists, fresh',
);

const search = section({
  images: count().default(200).describe('Images every α is judged on.'),
  draws: count().default(1).describe('Purifications an image whose logits are averaged.'),
  evaluations: count().default(100).describe('α vectors to judge, the structured points included.'),
  block: count().optional().describe('Images a block: what is journaled at a time. Default all.'),
  racing: racing
    .optional()
    .describe(
      'true: judge α on few blocks of images at first, stop those that lose, and go on with the best. Default false.',
    ),
  concurrency: count(MOST_WORKERS)
    .optional()
    .describe('α under way at once, each in an evaluator process of its own. Default 1.'),
  policy: oneOf(['bayes', 'random', 'sobol']).default('bayes').describe('How the next α is chosen.'),
  kernel: oneOf(['matern52', 'matern32', 'rbf'])
    .optional()
    .describe('bayes: covariance of the surrogate. Default matern52.'),
  acquisition: oneOf(['log-ei', 'log-nei', 'ei', 'pi', 'ucb'])
    .optional()
    .describe('bayes: what the next α maximises. Default log-ei.'),
  seeds: flag().default(true).describe('Judge structured points first: linear, cosine, constants, steps.'),
  points: z
    .array(point, 'expected a list of points')
    .min(1, 'expected at least one point')
    .max(MOST_POINTS, `expected at most ${MOST_POINTS} points`)
    .optional()
    .describe(
      'α to judge before all others, such as those of an earlier search: lists, or { label, alphas }.',
    ),
  reference: flag()
    .optional()
    .describe(
      'true: the search of the paper. Its five points (cosine, linear, ½, 1 − linear, 1 − cosine), then plain expected improvement with kernel matern52, on attacked images only.',
    ),
});

const heldOut = section({
  images: count()
    .default(1000)
    .describe('Images the schedules are compared on; none of them was searched on.'),
  draws: count().default(2).describe('Purifications an image whose logits are averaged.'),
});

const evaluator = section({
  command: z
    .union(
      [
        z
          .array(words('expected a word'), 'expected a list of words')
          .min(1, 'expected at least one word')
          .max(MOST_WORDS, `expected at most ${MOST_WORDS} words`),
        words('expected a command'),
      ],
      'expected a list of words',
    )
    .describe('The command and its arguments, a list of words; with shell: true one string.'),
  shell: flag().optional().describe('Give the command to a shell. Default false.'),
  cwd: words('expected a folder')
    .optional()
    .describe("Folder the command runs in, relative to this file. Default this file's own."),
  env: z
    .record(
      z.string().regex(/^[^=]+$/, 'expected the name of a variable'),
      z.union([words('expected text'), z.literal(''), z.int()], 'expected text'),
      'expected a section with variables',
    )
    .optional()
    .describe('Variables added to the environment. What a run leaves has their names, not their values.'),
  startSeconds: seconds().optional().describe('Time to answer the first request. Default 300.'),
  silenceSeconds: seconds()
    .optional()
    .describe('Time without a word about a request before it counts as hung. Default 600.'),
  restarts: z
    .int('expected an integer from 0 to 1000')
    .min(0, 'expected an integer from 0 to 1000')
    .max(1000, 'expected an integer from 0 to 1000')
    .optional()
    .describe('Restarts in a row without one good answer before giving up. Default 5.'),
});

export const searchConfigSchema = section({
  model: words(EXPECTED_MODEL)
    .optional()
    .describe(
      'A bundled model (fashion-mnist), or a folder with model.json: ./folder, relative to this file.',
    ),
  task: words(EXPECTED_TASK).optional().describe('Which of the tasks of the model or evaluator.'),
  evaluator: evaluator
    .optional()
    .describe('Instead of a model: a command that judges α and speaks JSON lines.'),
  images: words('expected a folder of images or images.json')
    .optional()
    .describe("A folder of images or images.json, relative to this file. Default the model's own images."),
  attack: attack.describe('How attacked images are made.'),
  preprocessing: preprocessing
    .prefault({})
    .describe('What is done to images before the model. Default nothing.'),
  temperature: share().optional().describe('Scale of the prior noise. Default what the model was made for.'),
  attenuation: share().default(1).describe('Factor on α before mixing.'),
  objective: objective
    .prefault({ clean: 0.5, robust: 0.5 })
    .describe('Weights of the two accuracies; robust-only is the same as clean: 0, robust: 1.'),
  search: search.prefault({}).describe('What is searched on, and how long.'),
  heldOut: heldOut.prefault({}).describe('What the learned schedule is compared on.'),
  evaluation: evaluation
    .optional()
    .describe('What `bo-search evaluate` attacks, how, and how it is judged. No part of a search.'),
  seed: z
    .int(SEED)
    .min(0, SEED)
    .default(1)
    .describe('Decides images, noise and every random choice: the same file gives the same result.'),
  backend: oneOf(SEARCH_BACKENDS)
    .default('wasm')
    .describe(
      'Tensor runtime; auto takes the best that starts, webgpu and tensorflow need packages of their own, cpu is about 24 times slower than wasm.',
    ),
  workers: count(MOST_WORKERS)
    .optional()
    .describe('Threads that share the images, with wasm. Default 1; the result is the same.'),
  memoryMb: count()
    .default(DEFAULT_MEMORY_MB)
    .describe('Memory for what is kept between evaluations, in MB; less memory, more time, the same result.'),
});

type Parsed = z.output<typeof searchConfigSchema>;

/**
 * A configuration with every default filled in, as YAML or JSON says it. It has either a model with a task, or an
 * evaluator, which has neither backend nor memory.
 */
export type SearchConfig = Omit<Parsed, 'backend' | 'memoryMb'> &
  Partial<Pick<Parsed, 'backend' | 'memoryMb'>>;

/** The evaluator section of a configuration. */
export type EvaluatorConfig = NonNullable<SearchConfig['evaluator']>;

/** A point to begin with, as a configuration says it. */
export type ConfiguredPoint = NonNullable<SearchConfig['search']['points']>[number];

/** A configuration as it is written, defaults left out. */
export type SearchConfigInput = z.input<typeof searchConfigSchema>;

/** The α of a point. */
export function alphasOfPoint(point: ConfiguredPoint): readonly number[] {
  return Array.isArray(point) ? point : point.alphas;
}

/** The weights a configuration gives clean and robust accuracy. */
export function weightsOf({ objective }: Pick<SearchConfig, 'objective'>): ScoreWeights {
  return objective === 'robust-only' ? { clean: 0, robust: 1 } : objective;
}
