/** Settings of PGD that do not depend on the norm. */
import { countSchema, flagSchema, stepSizeSchema } from './settings.js';

/** a = 2.5·ε/steps: far enough to cross the ball and turn (Madry et al. use it in their L2 challenge). */
const STEP_PER_MEAN_STEP = 2.5;

/** Their schemas, to go beside name and bound. */
export const pgdShape = {
  steps: countSchema.default(10),
  stepSize: stepSizeSchema.optional(),
  randomStart: flagSchema.default(false),
  restarts: countSchema.default(1),
  earlyStop: flagSchema.default(false),
};

export interface PgdOptions {
  /** Gradient steps a restart, at least 1; default 10. */
  readonly steps?: number;
  /** a, above 0, at most 1e100; default 2.5·ε/steps. */
  readonly stepSize?: number;
  /** Begin at a point drawn uniformly in the ball; default false. Restarts after the first always do. */
  readonly randomStart?: boolean;
  /** Runs in all, at least 1; default 1. */
  readonly restarts?: number;
  /** Leave an image alone once a point of it is misclassified; default false, which goes on to raise the loss. */
  readonly earlyStop?: boolean;
}

/** The settings, with the step size that follows from bound ε and steps where none was given. */
export function withStepSize<Given extends { stepSize?: number | undefined; steps: number }>(
  given: Given,
  bound: number,
): Given & { stepSize: number } {
  return { ...given, stepSize: given.stepSize ?? (STEP_PER_MEAN_STEP * bound) / given.steps };
}
