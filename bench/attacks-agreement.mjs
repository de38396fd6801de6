// How well two implementations of an attack agree on the same images.
import { median, sampleRankCorrelation } from 'simple-statistics';

/**
 * Minimum norms of two attacks.
 * @param {readonly (number | null)[]} ours - an image each: null where no error was found, 0 for clean errors.
 * @param {readonly (number | null)[]} theirs
 * @returns median of ours over median of theirs; rank correlation, and the images nearer by 2 % for one of the two, of
 *   those where both found an error.
 */
export function normsAgreement(ours, theirs) {
  const asked = theirs.flatMap((norm, i) => (norm === 0 || ours[i] === 0 ? [] : [i]));
  const both = asked.filter((i) => ours[i] !== null && theirs[i] !== null);
  const ratios = both.map((i) => ours[i] / theirs[i]);
  const middle = (norms) => median(asked.map((i) => norms[i] ?? Infinity));
  return {
    asked: asked.length,
    failures: { ours: countOf(asked, ours), theirs: countOf(asked, theirs) },
    median: { ours: middle(ours), theirs: middle(theirs), ratio: middle(ours) / middle(theirs) },
    rankCorrelation: sampleRankCorrelation(
      both.map((i) => ours[i]),
      both.map((i) => theirs[i]),
    ),
    nearer: {
      ours: ratios.filter((ratio) => ratio < 0.98).length,
      theirs: ratios.filter((ratio) => ratio > 1.02).length,
    },
    ratio: { least: Math.min(...ratios), greatest: Math.max(...ratios) },
  };
}

/**
 * Successes of two attacks at one bound.
 * @param {string} ours - a character an image: 1 fooled, 0 not, x for clean errors. @param {string} theirs
 * @returns robust accuracies with the binomial standard error of theirs, and the images that one fooled alone.
 */
export function boundsAgreement(ours, theirs) {
  const n = theirs.length;
  const right = (bits) => [...bits].filter((bit) => bit === '0').length / n;
  const alone = (a, b) => [...a].filter((bit, i) => bit === '1' && b[i] === '0').length;
  const p = Math.min(Math.max(right(theirs), 1 / n), 1 - 1 / n);
  return {
    robustAccuracy: { ours: right(ours), theirs: right(theirs) },
    standardError: Math.sqrt((p * (1 - p)) / n),
    fooledAlone: { ours: alone(ours, theirs), theirs: alone(theirs, ours) },
  };
}

function countOf(asked, norms) {
  return asked.filter((i) => norms[i] === null).length;
}
