/**
 * Means of numbers that stand on pairs of images, where pairs share images.
 *
 * Notation: P pairs; v_p the number of pair p, v̄ their mean, e_p = v_p − v̄; G images that occur in pairs. Two pairs are
 * taken for dependent if they have an image in common, and for independent if not.
 * Var(v̄) = G/(G − 1) · Σ_{p, q share an image} e_p·e_q / P², but never less than Σ e_p² / (P·(P − 1)), which would be
 * that of P independent pairs: estimated from finite data, the first can be too small, even below 0.
 * @see Aronow, Samii and Assenova 2015, Political Analysis 23, 564-577 (eq. 5: variance under dyadic dependence)
 */
import { ShapeError } from '../../errors.js';
import { type Interval, scoreInterval, Z_95 } from '../evaluation/intervals.js';
import type { ImagePair } from './image-pairs.js';

/** A share of pairs. */
export interface PairShare {
  readonly mean: number;
  /** 95 %, with the variance of pairs that share images: see `pairShare`. */
  readonly interval: Interval;
}

/** A mean of numbers from −1 to 1. */
export interface PairDifference extends PairShare {
  readonly standardError: number;
}

/**
 * The share of pairs that have a property, or the mean of shares, and Wilson's interval of it, with as many effective
 * trials as a proportion of that variance has; where all pairs agree, as many as there can be pairs without an image in
 * common, ⌊G/2⌋ at most.
 * @param values - one a pair, in [0, 1].
 * @param more - a variance to add, of what the shares are over.
 */
export function pairShare(values: ArrayLike<number>, pairs: readonly ImagePair[], more = 0): PairShare {
  const { mean, variance, images } = momentsOf(values, pairs);
  const apart = Math.max(1, Math.min(pairs.length, Math.floor(images / 2)));
  return { mean, interval: scoreInterval(mean, variance + more, apart) };
}

/**
 * The mean of differences, one a pair, and mean ± 1.96 standard errors, cut at −1 and 1, beyond which no difference lies.
 * @param values - one a pair, in [−1, 1].
 * @param more - a variance to add, of what the differences are with.
 */
export function pairDifference(
  values: ArrayLike<number>,
  pairs: readonly ImagePair[],
  more = 0,
): PairDifference {
  const { mean, variance } = momentsOf(values, pairs);
  const standardError = Math.sqrt(variance + more);
  const half = Z_95 * standardError;
  return { mean, standardError, interval: [Math.max(-1, mean - half), Math.min(1, mean + half)] };
}

function momentsOf(
  values: ArrayLike<number>,
  pairs: readonly ImagePair[],
): { readonly mean: number; readonly variance: number; readonly images: number } {
  const P = pairs.length;
  if (values.length !== P || P === 0) {
    throw new ShapeError(
      `pairShare: expected one value a pair and at least one pair, got ${values.length} values of ${P} pairs`,
    );
  }
  let sum = 0;
  for (let p = 0; p < P; p++) sum += values[p];
  const mean = sum / P;
  const ofImage = new Map<number, number>();
  const ofCouple = new Map<string, number>();
  let squares = 0;
  for (const [p, { a, b }] of pairs.entries()) {
    const e = values[p] - mean;
    squares += e * e;
    for (const image of [a, b]) ofImage.set(image, (ofImage.get(image) ?? 0) + e);
    const couple = `${Math.min(a, b)} ${Math.max(a, b)}`;
    ofCouple.set(couple, (ofCouple.get(couple) ?? 0) + e);
  }
  // Σ_i S_i² counts pairs with both images in common, themselves included, twice.
  const shared = sumOfSquares(ofImage) - sumOfSquares(ofCouple);
  const G = ofImage.size;
  const independent = P > 1 ? squares / (P * (P - 1)) : 0;
  return { mean, variance: Math.max(independent, (G / (G - 1)) * (shared / P ** 2)), images: G };
}

function sumOfSquares(sums: ReadonlyMap<unknown, number>): number {
  let total = 0;
  for (const one of sums.values()) total += one * one;
  return total;
}
