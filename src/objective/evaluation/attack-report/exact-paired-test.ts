/**
 * The exact test of a paired comparison of yes/no outcomes: only the images on which the two differ say anything, and if
 * neither is better, each of these is a fair coin.
 *
 * Notation: b images on which only the first is so, c on which only the second is; n = b + c.
 * Source: McNemar 1947, Psychometrika 12, 153-157, in its exact (binomial) form.
 */
import { BoSearchError } from '../../../errors.js';
import { logSumExp } from '../../../math/index.js';

/**
 * P(X ≥ b) for X ~ Binomial(b + c, ½): how often chance alone gives the first such a lead. 1 for b = 0.
 * @throws BoSearchError `E_ARGUMENT` unless both are counts.
 */
export function leadByChance(onlyFirst: number, onlySecond: number): number {
  for (const count of [onlyFirst, onlySecond]) {
    if (Number.isSafeInteger(count) && count >= 0) continue;
    throw new BoSearchError('E_ARGUMENT', `leadByChance: expected counts of at least 0, got ${count}`);
  }
  if (onlyFirst === 0) return 1;
  const n = onlyFirst + onlySecond;
  const logTerms: number[] = [];
  // log C(n, k), from k = n down
  let logChoose = 0;
  for (let k = n; k >= onlyFirst; k -= 1) {
    logTerms.push(logChoose);
    logChoose += Math.log(k / (n - k + 1));
  }
  return Math.min(1, Math.exp(logSumExp(logTerms) - n * Math.LN2));
}

/** The two-sided test: twice the smaller tail, at most 1. */
export function differenceByChance(onlyFirst: number, onlySecond: number): number {
  const [more, fewer] = onlyFirst >= onlySecond ? [onlyFirst, onlySecond] : [onlySecond, onlyFirst];
  return Math.min(1, 2 * leadByChance(more, fewer));
}
