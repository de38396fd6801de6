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

/** Cells in which more gradients than a few were 0, or numbers were not finite. */
export function gradientFaults({ cells }: EvaluationData): EvaluationWarning[] {
  return cells.flatMap((cell) => {
    const { zeroGradientShare: zero, nonFiniteShare: nonFinite } = faultShares(cell);
    const about = { severity: 'warning', defence: cell.defence, attack: cell.attack.label } as const;
    const found: EvaluationWarning[] = [];
    if (zero !== null && zero > ZERO_GRADIENT_SHARE) {
      found.push({
        ...about,
        code: 'zero-gradients',
        text: `${percent(zero)} of the gradients were exactly 0: the attack could not see where to go`,
        numbers: { share: zero, threshold: ZERO_GRADIENT_SHARE },
      });
    }
    if (nonFinite !== null && nonFinite > NON_FINITE_SHARE) {
      found.push({
        ...about,
        code: 'non-finite',
        text: `${percent(nonFinite)} of the attacked images met logits or gradients that were NaN or infinite`,
        numbers: { share: nonFinite, threshold: NON_FINITE_SHARE },
      });
    }
    return found;
  });
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
