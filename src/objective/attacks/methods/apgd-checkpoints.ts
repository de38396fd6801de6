/**
 * When APGD looks back: the iterations after which it may halve its step and go back to its best point.
 *
 * Croce and Hein 2020, arXiv:2003.01690, section 3.2: p_1 = 0.22, then p shrinking its gaps by 0.03 down to 0.06, and
 * w_j = ⌈p_j N⌉. Their code truncates the gaps instead; for N = 100 both are the same.
 */

/** First gap, by how much the next is shorter, and the shortest, in hundredths of the iterations. */
const FIRST = 22;
const SHORTER = 3;
const SHORTEST = 6;

/** `paper`: positions rounded up. `autoattack`: gaps truncated, at least 1, as the authors' code has it. */
export type ApgdCheckpoints = 'paper' | 'autoattack';

/** The positions w_1 < w_2 < … ≤ N, of N iterations (at least 1). */
export function apgdCheckpoints(iterations: number, form: ApgdCheckpoints): number[] {
  return form === 'paper' ? roundedPositions(iterations) : truncatedGaps(iterations);
}

function roundedPositions(iterations: number): number[] {
  const positions = new Set<number>();
  let gap = FIRST;
  for (let hundredths = FIRST; hundredths <= 100; hundredths += gap) {
    positions.add(Math.ceil((hundredths * iterations) / 100));
    gap = Math.max(gap - SHORTER, SHORTEST);
  }
  return [...positions];
}

function truncatedGaps(iterations: number): number[] {
  const truncated = (hundredths: number) => Math.max(Math.floor((hundredths * iterations) / 100), 1);
  const positions: number[] = [];
  let gap = truncated(FIRST);
  for (let at = gap; at <= iterations; at += gap) {
    positions.push(at);
    gap = Math.max(gap - truncated(SHORTER), truncated(SHORTEST));
  }
  return positions;
}
