/**
 * The evidence that a point is worse than another on the same images, valid at any time one looks.
 *
 * Notation: D_i = s_i(challenger) − s_i(incumbent) ∈ [−1, 1], bets λ. Under H0, E[D_i | past] ≥ 0, each ∏(1 − λ D_i) with
 * 0 ≤ λ < 1 is a non-negative supermartingale of start 1, and so is their average: P(ever ≥ 1/p) ≤ p (Ville).
 * Sources: Waudby-Smith and Ramdas, arXiv:2010.09686, section 4 (betting on bounded means); Turner, Ly and Grünwald,
 * arXiv:2106.02693 (evidence from paired yes/no outcomes).
 */

/** Bets of the mixture, from careful to bold. */
const BETS = [0.05, 0.1, 0.2, 0.4, 0.8];

/**
 * The evidence against "the challenger is at least as good": at least 0, 1 before any image.
 * @param differences - score of the challenger minus that of the incumbent, image by image, each in [−1, 1].
 */
export function evidenceOfLosing(differences: Iterable<number>): number {
  const wealth = BETS.map(() => 1);
  for (const difference of differences) {
    BETS.forEach((bet, k) => {
      wealth[k] *= 1 - bet * difference;
    });
  }
  return wealth.reduce((sum, w) => sum + w, 0) / BETS.length;
}
