/** Defences that draw: too few draws behind the attack, or behind the verdict. */
import type { AttackedImageDetail } from '../../../attacks/run/run-attack.js';
import type { AttackCell, ConvergenceCell, EvaluationData } from '../../evaluation-data.js';
import { wilsonInterval } from '../../intervals.js';
import { finiteOrNull, medianOf } from '../order-statistics.js';
import { type EvaluationWarning, percent } from './warning.js';

/** More successes than this share of the images, with more draws, is a warning; fewer a note. */
const CONVERGED_WITHIN = 0.05;

/** How much farther, relative, the median of firmly verified points may be. */
const SAME_MEDIAN = 0.1;

/** Attacks that succeed more often with more draws than they were run with. */
export function notConverged(data: EvaluationData): EvaluationWarning[] {
  return data.convergence.flatMap((convergence): EvaluationWarning[] => {
    const { defence, attack, images, draws, successes } = convergence;
    const used = usedDraws(data, convergence);
    const last = draws.length - 1;
    if (used === undefined || last < 0 || draws[last] <= used.draws) return [];
    const more = successes[last] - used.successes;
    if (more <= 0) return [];
    return [
      {
        code: 'expectation-not-converged',
        severity: more > CONVERGED_WITHIN * images ? 'warning' : 'note',
        text: `${successes[last]} of ${images} images are broken with ${draws[last]} draws behind a gradient, ${used.successes} with the ${used.draws} that were used`,
        numbers: {
          images,
          usedDraws: used.draws,
          mostDraws: draws[last],
          used: used.successes,
          most: successes[last],
        },
        defence,
        attack,
      },
    ];
  });
}

/** What the attack did with the draws it was run with: as measured beside the others, else in its own cell. */
function usedDraws(
  { cells }: EvaluationData,
  { defence, attack, images, draws, successes }: ConvergenceCell,
): { readonly draws: number; readonly successes: number } | undefined {
  const cell = cells.find((one) => one.defence === defence && one.attack.label === attack);
  if (cell === undefined) return undefined;
  const used = cell.attack.expectation.draws;
  const at = draws.indexOf(used);
  if (at >= 0) return { draws: used, successes: successes[at] };
  const first = cell.perImage.slice(0, images);
  return { draws: used, successes: first.filter(({ outcome }) => outcome === 'success').length };
}

/** Defences that draw and were judged by one draw. */
export function unverified({ cells, defences }: EvaluationData): EvaluationWarning[] {
  return defences.flatMap(({ label, draws }): EvaluationWarning[] => {
    const lone = cells.filter(({ defence, verification }) => defence === label && verification.draws === 1);
    if (!draws || lone.length === 0) return [];
    return [
      {
        code: 'unverified',
        severity: 'warning',
        text: `it draws, but one draw alone decided each success of ${lone.length} attacks: some are luck`,
        numbers: { draws: 1, attacks: lone.length },
        defence: label,
      },
    ];
  });
}

/**
 * Minimum norms that rest on points which fool the defence hardly more often than they have to: the same attack has a
 * larger median if only points count whose share of draws is firmly at least the one that is asked for (lower end of its
 * Wilson interval).
 */
export function normsByLuck({ cells, defences }: EvaluationData): EvaluationWarning[] {
  const drawing = new Set(defences.filter(({ draws }) => draws).map(({ label }) => label));
  const norms = cells.filter(({ defence, attack }) => drawing.has(defence) && attack.kind === 'minimum-norm');
  return norms.flatMap((cell): EvaluationWarning[] => {
    const attacked = cell.perImage.filter(({ outcome }) => outcome !== 'clean-error');
    const successes = attacked.filter(({ outcome }) => outcome === 'success');
    const firm = successes.filter((image) => isFirm(image, cell));
    const median = medianOf(attacked.map((image) => (successes.includes(image) ? image.norm : Infinity)));
    const firmMedian = medianOf(attacked.map((image) => (firm.includes(image) ? image.norm : Infinity)));
    if (median === null || firmMedian === null || !Number.isFinite(median)) return [];
    if (firmMedian <= median * (1 + SAME_MEDIAN)) return [];
    const shown = Number.isFinite(firmMedian) ? firmMedian.toPrecision(3) : 'infinite';
    return [
      {
        code: 'norms-by-luck',
        severity: 'warning',
        text: `the median norm ${median.toPrecision(3)} rests on points that fool the defence in few more draws than they must: firm at ${cell.verification.draws} draws are ${firm.length} of ${successes.length} successes (${percent(firm.length / successes.length)}), and over these alone it is ${shown}`,
        numbers: {
          median,
          firmMedian: finiteOrNull(firmMedian),
          firm: firm.length,
          successes: successes.length,
        },
        defence: cell.defence,
        attack: cell.attack.label,
      },
    ];
  });
}

function isFirm({ shares }: AttackedImageDetail, { verification }: AttackCell): boolean {
  return wilsonInterval(shares.float32, verification.draws)[0] >= verification.share;
}
