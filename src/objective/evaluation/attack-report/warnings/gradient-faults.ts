/** Attacks that could not see where to go, or that fail without any bound. */
import type { EvaluationData } from '../../evaluation-data.js';
import { faultShares } from '../attack-rows.js';
import { type EvaluationWarning, percent } from './warning.js';

/** Largest share of the gradients that may be exactly 0: a pixel or two at a kink is no fault. */
export const ZERO_GRADIENT_SHARE = 0.05;

/** Largest share of the attacked images that may have met NaN or Infinity. */
export const NON_FINITE_SHARE = 0.01;

/** Largest share of the attacked images that an attack without a bound may leave unbroken. */
export const UNBOUNDED_FAILURE_SHARE = 0.1;

/** Of each defence the attack of which most gradients were 0, and the one that met most numbers that are not finite. */
export function gradientFaults({ cells, defences }: EvaluationData): EvaluationWarning[] {
  return defences.flatMap(({ label }) => {
    const ours = cells.filter(({ defence }) => defence === label);
    const shares = ours.map((cell) => ({ attack: cell.attack.label, ...faultShares(cell) }));
    return [
      ...worstOf(shares, ({ zeroGradientShare }) => zeroGradientShare, ZERO_GRADIENT_SHARE).map((worst) => ({
        ...warningOf(worst, label, 'zero-gradients'),
        text: `${percent(worst.share)} of the gradients were exactly 0: the attack could not see where to go${worst.more}`,
      })),
      ...worstOf(shares, ({ nonFiniteShare }) => nonFiniteShare, NON_FINITE_SHARE).map((worst) => ({
        ...warningOf(worst, label, 'non-finite'),
        text: `${percent(worst.share)} of the attacked images met logits or gradients that were NaN or infinite${worst.more}`,
      })),
    ];
  });
}

interface WorstShare {
  readonly attack: string;
  readonly share: number;
  readonly threshold: number;
  /** Other attacks beyond the threshold, and that in words. */
  readonly others: number;
  readonly more: string;
}

/** The largest share beyond the threshold, if there is one. */
function worstOf<Row extends { readonly attack: string }>(
  rows: readonly Row[],
  shareOf: (row: Row) => number | null,
  threshold: number,
): WorstShare[] {
  const beyond = rows
    .map((row) => ({ attack: row.attack, share: shareOf(row) ?? 0 }))
    .filter(({ share }) => share > threshold)
    .sort((a, b) => b.share - a.share);
  const others = beyond.length - 1;
  const more = others > 0 ? `; ${others} more of its attacks beyond ${percent(threshold)}` : '';
  return beyond.slice(0, 1).map((worst) => ({ ...worst, threshold, others, more }));
}

function warningOf(
  { attack, share, threshold, others }: WorstShare,
  defence: string,
  code: 'zero-gradients' | 'non-finite',
) {
  return { code, severity: 'warning' as const, numbers: { share, threshold, others }, defence, attack };
}

/** Minimum-norm attacks that leave images unbroken although nothing holds them back. */
export function unboundedFailures({ cells }: EvaluationData): EvaluationWarning[] {
  return cells.flatMap((cell): EvaluationWarning[] => {
    if (cell.attack.kind !== 'minimum-norm') return [];
    const attacked = cell.perImage.filter(({ outcome }) => outcome !== 'clean-error');
    const failures = attacked.filter(({ outcome }) => outcome === 'failure').length;
    const share = attacked.length === 0 ? 0 : failures / attacked.length;
    if (share <= UNBOUNDED_FAILURE_SHARE) return [];
    return [
      {
        code: 'unbounded-attack-fails',
        severity: 'warning',
        text: `no verified point was found for ${failures} of ${attacked.length} images (${percent(share)}) although no bound holds the attack back`,
        numbers: { failures, attacked: attacked.length, share, threshold: UNBOUNDED_FAILURE_SHARE },
        defence: cell.defence,
        attack: cell.attack.label,
      },
    ];
  });
}
