/** Settings of Carlini and Wagner's attack: of the original search over c, and of the paper's. */
import { z } from 'zod';
import { LARGEST_CONSTANT } from './carlini-wagner-constants.js';
import { countSchema, flagSchema, l2BoundSchema, stepSizeSchema } from './settings.js';

const CONSTANT = `expected a number above 0 and at most ${LARGEST_CONSTANT}`;
const CONFIDENCE = 'expected a number from 0 to 1e100';

const common = {
  name: z.literal('cw-l2', 'expected "cw-l2"').default('cw-l2'),
  learningRate: stepSizeSchema.default(0.01),
  confidence: z.number(CONFIDENCE).min(0, CONFIDENCE).max(1e100, CONFIDENCE).default(0),
};
const constantSchema = z.number(CONSTANT).positive(CONSTANT).max(LARGEST_CONSTANT, CONSTANT);

/** Settings of the original search. */
export const binarySchema = z.strictObject(
  {
    ...common,
    search: z.literal('binary', 'expected "binary" or "multiplicative"').default('binary'),
    searchSteps: countSchema.default(9),
    initialConstant: constantSchema.default(1e-3),
    iterations: countSchema.default(10_000),
    abortEarly: flagSchema.default(true),
  },
  'expected settings of cw-l2 with search "binary" only',
);

/** Settings of the paper's search. */
export const multiplicativeSchema = z.strictObject(
  {
    ...common,
    search: z.literal('multiplicative'),
    restarts: countSchema.default(8),
    initialConstant: constantSchema,
    iterations: countSchema.default(1024),
    startNorm: l2BoundSchema,
    noiseNorm: l2BoundSchema,
    earlyStopWindow: countSchema.default(16),
  },
  'expected settings of cw-l2 with search "multiplicative" only',
);

/** What both searches have. */
export interface CommonCarliniWagnerOptions {
  readonly name?: 'cw-l2';
  /**
   * Adam's step in w, above 0; default 0.01. The first step from a grey image of d values is ½·learningRate·√d long:
   * errors much nearer than that are overshot and come back to slowly.
   */
  readonly learningRate?: number;
  /** κ, from 0: by how much a wrong logit has to lead; default 0. */
  readonly confidence?: number;
}

export interface BinaryCarliniWagnerOptions extends CommonCarliniWagnerOptions {
  readonly search?: 'binary';
  /** Runs, each with a c of its own, at least 1; default 9. From 10 on, the last repeats the smallest c that succeeded. */
  readonly searchSteps?: number;
  /** c of the first run, above 0, at most 1e10; default 1e-3. */
  readonly initialConstant?: number;
  /** Points asked about in a run, the clean image first; at least 1, default 10,000. */
  readonly iterations?: number;
  /** End a run in which the loss has not fallen by 0.01 % over a tenth of its iterations; default true. */
  readonly abortEarly?: boolean;
}

export interface MultiplicativeCarliniWagnerOptions extends CommonCarliniWagnerOptions {
  readonly search: 'multiplicative';
  /** Runs, at least 1; default 8. */
  readonly restarts?: number;
  /** c of the first run, above 0, at most 1e10. Later ones are kept from 0.1 to 1,000. */
  readonly initialConstant: number;
  /** Points asked about in a run, after one gradient at the clean image; at least 1, default 1,024. */
  readonly iterations?: number;
  /** Norm of the sign step a run begins with, above 0; the paper's 2^(log₂ H − 5) for images of height H. */
  readonly startNorm: number;
  /** Norm of the normal noise added to it, above 0; the paper's 2^(log₂ H − 8). */
  readonly noiseNorm: number;
  /** End a run at a misclassified point whose loss is above the mean of so many before it; at least 1, default 16. */
  readonly earlyStopWindow?: number;
}

export type CarliniWagnerL2Options = BinaryCarliniWagnerOptions | MultiplicativeCarliniWagnerOptions;
export type BinaryCarliniWagnerSettings = Required<BinaryCarliniWagnerOptions>;
export type MultiplicativeCarliniWagnerSettings = Required<MultiplicativeCarliniWagnerOptions>;
export type CarliniWagnerL2Settings = BinaryCarliniWagnerSettings | MultiplicativeCarliniWagnerSettings;
