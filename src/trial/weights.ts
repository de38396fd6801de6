/** Weights of clean and robust accuracy in the score of an image. */
import { BoSearchError } from '../errors.js';
import type { ScoreWeights } from './outcome.js';

/** Clean and robust accuracy count alike. */
export const DEFAULT_WEIGHTS: ScoreWeights = { clean: 0.5, robust: 0.5 };

/** How far the sum of the weights may be from 1: rounding of decimal fractions, no more. */
const SUM_SLACK = 1e-9;

/**
 * Checks that both weights are at least 0 and add up to 1.
 * @throws E_CONFIG
 */
export function assertWeights(weights: ScoreWeights, where: string): void {
  for (const name of ['clean', 'robust'] as const) {
    const weight = weights[name];
    if (typeof weight !== 'number' || !(weight >= 0 && weight <= 1)) {
      throw new BoSearchError(
        'E_CONFIG',
        `${where}.${name}: expected a number from 0 to 1, got ${String(weight)}`,
      );
    }
  }
  const sum = weights.clean + weights.robust;
  if (Math.abs(sum - 1) > SUM_SLACK) {
    throw new BoSearchError('E_CONFIG', `${where}: expected clean + robust = 1, got ${sum}`);
  }
}
