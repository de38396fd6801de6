/** Settings of DeepFool. */
import { z } from 'zod';
import { checked } from '../../images/json-file.js';
import { countSchema, flagSchema } from './settings.js';

/** Added to every step in form 'reference', as the authors' code does. */
const REFERENCE_ADDED_STEP = 1e-4;

const lengthSchema = z
  .number('expected a number from 0 to 1')
  .min(0, 'expected a number from 0 to 1')
  .max(1, 'expected a number from 0 to 1');

const schema = z.strictObject(
  {
    name: z.literal('deepfool', 'expected "deepfool"').default('deepfool'),
    candidates: z
      .int('expected an integer of at least 2')
      .min(2, 'expected an integer of at least 2')
      .default(10),
    overshoot: lengthSchema.default(0.02),
    steps: countSchema.default(50),
    form: z.enum(['reference', 'paper'], 'expected "reference" or "paper"').default('reference'),
    addedStep: lengthSchema.optional(),
    farther: flagSchema.default(true),
  },
  'expected settings of deepfool only',
);

export interface DeepFoolOptions {
  readonly name?: 'deepfool';
  /** n, the true class and the n − 1 others of largest clean logit are looked at; at least 2, default 10. */
  readonly candidates?: number;
  /** η, from 0 to 1; default 0.02. */
  readonly overshoot?: number;
  /** Steps at most, at least 1; default 50. */
  readonly steps?: number;
  /** Where gradients are taken: at the overshot point ('reference', default) or before overshooting ('paper'). */
  readonly form?: 'reference' | 'paper';
  /** Added to the length of every step, from 0 to 1; default 1e-4 in form 'reference', 0 in form 'paper'. */
  readonly addedStep?: number;
  /**
   * Propose points farther along the same way too, up to 1.4 times as far, which the model was not asked about; default
   * true. They matter where the defence draws: the point that changed class under one draw often holds under few.
   */
  readonly farther?: boolean;
}

export type DeepFoolSettings = Required<DeepFoolOptions>;

/**
 * Settings with every default filled in.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function deepFoolSettings(options: DeepFoolOptions): DeepFoolSettings {
  const given = checked(options, schema, 'E_ATTACK', 'deepfool');
  const addedStep = given.addedStep ?? (given.form === 'reference' ? REFERENCE_ADDED_STEP : 0);
  return { ...given, addedStep };
}
