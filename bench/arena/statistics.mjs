// Statistics of paired runs: mean difference with its standard error, and Wilcoxon's signed-rank test.
//
// Notation: n pairs, d_i differences, W⁺ sum of the ranks of |d_i| over positive d_i.
// Source: Wilcoxon 1945; Hollander, Wolfe and Chicken 2014, Nonparametric Statistical Methods, section 3.1 (ranks of
// ties averaged, zeros dropped, exact distribution by counting sign patterns, normal approximation with ties).
import { normalCdf } from '../../dist/math/index.js';

/** Up to so many pairs the distribution is counted, beyond it is approximated. */
export const MOST_EXACT_PAIRS = 25;

/**
 * Compares two lists pair by pair.
 * @param {readonly number[]} ours @param {readonly number[]} theirs - of the same length n, larger is better.
 * @returns n, mean difference, its standard error (NaN for n < 2), two-sided p of Wilcoxon's test, and what two
 *   standard errors say: `better`, `worse`, `level`, or `unknown` for n < 2.
 */
export function comparePairs(ours, theirs) {
  if (ours.length !== theirs.length) {
    throw new Error(`comparePairs: expected lists of one length, got ${ours.length} and ${theirs.length}`);
  }
  const differences = ours.map((value, i) => value - theirs[i]);
  const { mean, standardError } = meanWithError(differences);
  return {
    n: differences.length,
    mean,
    standardError,
    p: wilcoxonSignedRank(differences).p,
    verdict: verdictOf(mean, standardError),
  };
}

/** @param {readonly number[]} values @returns mean (NaN for none) and its standard error (NaN for fewer than two). */
export function meanWithError(values) {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}

/**
 * Wilcoxon's signed-rank test of differences symmetric about 0, two-sided.
 * Exact for up to 25 differences that are not zero, ties included; beyond, normal with continuity and tie corrections.
 * @param {readonly number[]} differences
 * @returns W⁺, the number of differences that are not zero, and p (1 where there is none).
 */
export function wilcoxonSignedRank(differences) {
  const kept = differences.filter((d) => d !== 0);
  const n = kept.length;
  if (kept.some((d) => Number.isNaN(d))) throw new Error('wilcoxonSignedRank: expected numbers, got NaN');
  const ranks = averageRanks(kept.map(Math.abs));
  const statistic = ranks.reduce((sum, rank, i) => (kept[i] > 0 ? sum + rank : sum), 0);
  if (n === 0) return { statistic, n, p: 1 };
  const p = n <= MOST_EXACT_PAIRS ? exactP(ranks, statistic) : approximateP(ranks, statistic);
  return { statistic, n, p };
}

/** Ranks from 1; equal values share the mean of theirs. @param {readonly number[]} values */
export function averageRanks(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => {
    const below = sorted.findIndex((other) => other === value);
    const last = sorted.findLastIndex((other) => other === value);
    return (below + last) / 2 + 1;
  });
}

/** Twice the smaller tail over all 2^n sign patterns. Ranks are halves, so twice a rank is whole. */
function exactP(ranks, statistic) {
  const doubled = ranks.map((rank) => Math.round(2 * rank));
  const total = doubled.reduce((a, b) => a + b, 0);
  const patterns = new Float64Array(total + 1);
  patterns[0] = 1;
  for (const rank of doubled) {
    for (let sum = total; sum >= rank; sum--) patterns[sum] += patterns[sum - rank];
  }
  const at = Math.min(Math.round(2 * statistic), total - Math.round(2 * statistic));
  let tail = 0;
  for (let sum = 0; sum <= at; sum++) tail += patterns[sum];
  return Math.min(1, (2 * tail) / 2 ** ranks.length);
}

/** Var W⁺ = Σ rank²/4, which is n(n + 1)(2n + 1)/24 less the correction for ties. */
function approximateP(ranks, statistic) {
  const n = ranks.length;
  const sd = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4);
  const beyond = Math.max(0, Math.abs(statistic - (n * (n + 1)) / 4) - 0.5);
  return Math.min(1, 2 * normalCdf(-beyond / sd));
}

function verdictOf(mean, standardError) {
  if (Number.isNaN(standardError)) return 'unknown';
  if (mean > 2 * standardError) return 'better';
  return mean < -2 * standardError ? 'worse' : 'level';
}
