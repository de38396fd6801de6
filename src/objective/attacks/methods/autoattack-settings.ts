/** Settings of AutoAttack's cascades with a fixed budget. */
import { z } from 'zod';
import { BoSearchError } from '../../../errors.js';
import { checked } from '../../images/json-file.js';
import type { ImageShape } from '../../images/image-set.js';
import type { ExpectationPlan } from '../model/expected-model.js';
import { countSchema, l2BoundSchema, linfBoundSchema } from './settings.js';
import { squareShape } from './square-settings.js';

const VERSION = 'expected "standard" or "rand"';

const common = {
  name: z.literal('autoattack', 'expected "autoattack"').default('autoattack'),
  l2Bound: l2BoundSchema.optional(),
  linfBound: linfBoundSchema.optional(),
  iterations: countSchema.default(100),
};

const standardSchema = z.strictObject(
  {
    ...common,
    version: z.literal('standard', VERSION).default('standard'),
    targets: countSchema.default(9),
    shape: squareShape.shape,
    squareIterations: countSchema.default(5000),
    screeningDraws: countSchema.default(1),
  },
  'expected settings of autoattack of version "standard" only',
);

const randSchema = z.strictObject(
  {
    ...common,
    version: z.literal('rand', VERSION),
    expectationDraws: countSchema.default(20),
    expectationMode: z
      .enum(['mean-logits', 'mean-gradient'], 'expected "mean-logits" or "mean-gradient"')
      .default('mean-gradient'),
    screeningDraws: countSchema.default(10),
  },
  'expected settings of autoattack of version "rand" only',
);

interface CommonOptions {
  readonly name?: 'autoattack';
  /** ε in L2, above 0, at most 1e100; either this or `linfBound`. */
  readonly l2Bound?: number;
  /** ε in L∞. */
  readonly linfBound?: number;
  /** Iterations of every run of APGD and FAB, at least 1; default 100. */
  readonly iterations?: number;
  /**
   * Draws a stage's point is judged under before its image is left alone: at least half of them have to be fooled.
   * Default 1 for 'standard', 10 for 'rand'.
   */
  readonly screeningDraws?: number;
}

/** For models that do not draw. */
export interface StandardAutoAttackOptions extends CommonOptions {
  readonly version?: 'standard';
  /** Other classes that APGD and FAB aim at, at least 1; default 9. */
  readonly targets?: number;
  /** Extent of the model's images, which Square has to know. */
  readonly shape: ImageShape;
  /** Proposals of Square, at least 1; default 5,000. */
  readonly squareIterations?: number;
}

/** For models that draw. */
export interface RandAutoAttackOptions extends CommonOptions {
  readonly version: 'rand';
  /** Draws behind every answer the attacks see, at least 1; default 20. */
  readonly expectationDraws?: number;
  /** How their mean is taken; default 'mean-gradient'. */
  readonly expectationMode?: ExpectationPlan['mode'];
}

export type AutoAttackOptions = StandardAutoAttackOptions | RandAutoAttackOptions;

type Complete<Options extends CommonOptions> = Required<Omit<Options, 'l2Bound' | 'linfBound'>> &
  Pick<Options, 'l2Bound' | 'linfBound'>;

export type StandardAutoAttackSettings = Complete<StandardAutoAttackOptions>;
export type RandAutoAttackSettings = Complete<RandAutoAttackOptions>;
export type AutoAttackSettings = StandardAutoAttackSettings | RandAutoAttackSettings;

/**
 * Settings with every default filled in.
 * @throws BoSearchError `E_ATTACK` for settings out of range, and unless there is exactly one bound.
 */
export function autoAttackSettings(options: AutoAttackOptions): AutoAttackSettings {
  const schema = (options as AutoAttackOptions | null)?.version === 'rand' ? randSchema : standardSchema;
  const { l2Bound, linfBound, ...given } = checked<z.output<typeof schema>>(
    options,
    schema,
    'E_ATTACK',
    'autoattack',
  );
  if ((l2Bound === undefined) === (linfBound === undefined)) {
    const found = l2Bound === undefined ? 'neither' : 'both';
    throw new BoSearchError('E_ATTACK', `autoattack: expected either l2Bound or linfBound, got ${found}`);
  }
  return {
    ...given,
    ...(l2Bound === undefined ? {} : { l2Bound }),
    ...(linfBound === undefined ? {} : { linfBound }),
  };
}
