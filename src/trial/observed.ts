/** The number an outcome stands for, and how sure it is. */
import type { CountOutcome, FailedOutcome, Measurement, Outcome } from './outcome.js';

/** 97.5 % quantile of the standard normal distribution. */
const Z95 = 1.959963984540054;

export function isFailed(outcome: Outcome): outcome is FailedOutcome {
  return 'failed' in outcome;
}

export function isMeasurement(outcome: Outcome): outcome is Measurement {
  return 'mean' in outcome;
}

export function isCount(outcome: Outcome): outcome is CountOutcome {
  return 'successes' in outcome;
}

/** The value, the share of successes, or the mean score; undefined for failures. */
export function observedValue(outcome: Outcome): number | undefined {
  if (isFailed(outcome)) return undefined;
  if (isMeasurement(outcome)) return outcome.mean;
  if (isCount(outcome)) return outcome.successes / outcome.trials;
  return outcome.value;
}

/**
 * 95 % interval of what an outcome estimates: Wilson's for counts and for scores (with the number of independent
 * yes/no images that would have the scores' variance), the normal one for a value with a variance.
 * @returns undefined for failures and for values without a variance.
 */
export function observedInterval(outcome: Outcome): readonly [number, number] | undefined {
  if (isFailed(outcome)) return undefined;
  if (isCount(outcome)) return wilson(outcome.successes / outcome.trials, outcome.trials);
  if (isMeasurement(outcome)) return wilson(outcome.mean, effectiveImages(outcome));
  if (outcome.variance === undefined) return undefined;
  const half = Z95 * Math.sqrt(outcome.variance);
  return [outcome.value - half, outcome.value + half];
}

/** Scores in [0, 1] vary at most as much as yes/no images of the same mean, so this is at least m (but for m − 1). */
function effectiveImages({ mean, variance, images }: Measurement): number {
  const binomial = mean * (1 - mean);
  return binomial > 0 && variance > 0 ? Math.max(images, binomial / variance) : images;
}

/** Wilson's score interval of a share p of n yes/no draws. */
function wilson(p: number, n: number): readonly [number, number] {
  const z2 = Z95 * Z95;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return [p === 0 ? 0 : centre - half, p === 1 ? 1 : centre + half];
}
