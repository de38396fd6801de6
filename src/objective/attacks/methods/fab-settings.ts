/** Settings of FAB. */
import { z } from 'zod';
import { BoSearchError } from '../../../errors.js';
import { checked } from '../../images/json-file.js';
import { countSchema, flagSchema, l2BoundSchema } from './settings.js';

const shareSchema = z
  .number('expected a number from 0 to 1')
  .min(0, 'expected a number from 0 to 1')
  .max(1, 'expected a number from 0 to 1');

const schema = z.strictObject(
  {
    name: z.literal('fab-l2', 'expected "fab-l2"').default('fab-l2'),
    targeted: flagSchema.default(false),
    targets: countSchema.default(9),
    iterations: countSchema.default(100),
    restarts: countSchema.default(1),
    l2Bound: l2BoundSchema.optional(),
    alphaMax: shareSchema.default(0.1),
    extrapolation: z
      .number('expected a number from 1 to 2')
      .min(1, 'expected a number from 1 to 2')
      .max(2, 'expected a number from 1 to 2')
      .default(1.05),
    backwardStep: shareSchema.default(0.9),
    searchSteps: z
      .int('expected an integer of at least 0')
      .min(0, 'expected an integer of at least 0')
      .default(0),
    searchBy: z
      .enum(['interpolation', 'bisection'], 'expected "interpolation" or "bisection"')
      .default('interpolation'),
  },
  'expected settings of fab-l2 only',
);

export interface FabL2Options {
  readonly name?: 'fab-l2';
  /** Look at one class at a time, and take the nearest error of all; default false, all classes at once. */
  readonly targeted?: boolean;
  /** If targeted, the wrong classes of largest clean logit that are tried; at least 1, default 9. */
  readonly targets?: number;
  /** Iterations a run, at least 1; default 100. */
  readonly iterations?: number;
  /** Runs (of every target), at least 1; default 1. All but the first begin at a random point. */
  readonly restarts?: number;
  /**
   * ε, above 0, at most 1e100: restarts begin ½·min(nearest error so far, ε) away. Needed where there are restarts, and
   * without effect otherwise: errors farther than ε are kept too.
   */
  readonly l2Bound?: number;
  /** α_max, the largest share of the way back to the clean image, from 0 to 1; default 0.1. */
  readonly alphaMax?: number;
  /** η, how far beyond the hyperplane steps go, from 1 to 2; default 1.05. */
  readonly extrapolation?: number;
  /** β, the share of the way from the clean image that is left after an error was found, from 0 to 1; default 0.9. */
  readonly backwardStep?: number;
  /**
   * Steps of a final search between the clean image and the nearest error, at least 0; default 0, as AutoAttack has it;
   * the paper takes 3.
   */
  readonly searchSteps?: number;
  /**
   * How it searches: 'interpolation' (default) looks where the margin should be 0 and a tenth of the rest beyond,
   * 'bisection' in the middle.
   */
  readonly searchBy?: 'interpolation' | 'bisection';
}

/** Settings with every default filled in; a bound only where one was given. */
export type FabL2Settings = Required<Omit<FabL2Options, 'l2Bound'>> & Pick<FabL2Options, 'l2Bound'>;

/** @throws BoSearchError `E_ATTACK` for settings out of range, or restarts without a bound. */
export function fabL2Settings(options: FabL2Options): FabL2Settings {
  const { l2Bound, ...given } = checked(options, schema, 'E_ATTACK', 'fab-l2');
  if (given.restarts > 1 && l2Bound === undefined) {
    throw new BoSearchError(
      'E_ATTACK',
      'fab-l2 l2Bound: expected a number above 0 for restarts, got nothing',
      {
        hint: 'restarts begin at random points half as far as the bound: give the bound of interest',
      },
    );
  }
  return { ...given, ...(l2Bound === undefined ? {} : { l2Bound }) };
}
