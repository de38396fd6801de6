/** What warnings need to know of an attack: what it may look at, and how much effort it makes. */
import type { AttackCell, EvaluatedAttack } from '../../evaluation-data.js';
import { normOf, type BudgetNorm } from '../cell-distances.js';

/** Settings that say how many rounds an attack goes; more of them should never do less damage. */
const EFFORT = ['steps', 'iterations', 'queries'] as const;

const BLACK_BOX = /^square/;
const SINGLE_STEP = /^fgsm/;

/** The attack's own name, such as `pgd-l2`; its family where the settings hold none. */
export function nameOf({ settings, family }: EvaluatedAttack): string {
  return typeof settings['name'] === 'string' ? settings['name'] : family;
}

/** True for attacks that ask for logits alone. */
export function isBlackBox(attack: EvaluatedAttack): boolean {
  return attack.gradients.kind === 'none' || BLACK_BOX.test(nameOf(attack));
}

/** True for attacks with gradients of the defence itself, exact or with a surrogate for a part of it. */
export function isWhiteBox(attack: EvaluatedAttack): boolean {
  return !isBlackBox(attack) && attack.gradients.kind !== 'surrogate';
}

/** True for attacks that look at one gradient. */
export function isSingleStep(attack: EvaluatedAttack): boolean {
  return SINGLE_STEP.test(nameOf(attack)) || effortOf(attack) === 1;
}

/** Rounds; undefined where the settings name none. */
export function effortOf({ settings }: EvaluatedAttack): number | undefined {
  const values = EFFORT.map((key) => settings[key]);
  return values.find((value) => typeof value === 'number');
}

/** Settings, bound and expectation without the rounds: attacks of equal text differ in effort alone. */
export function restOf({ settings, ball, expectation, gradients }: EvaluatedAttack): string {
  const rest = Object.entries(settings).filter(([key]) => !EFFORT.includes(key as (typeof EFFORT)[number]));
  // a step size that follows from bound and steps changes with them
  const fixed = rest.filter(([key]) => key !== 'stepSize').sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([fixed, ball, expectation, gradients]);
}

/** Cells of white-box attacks on a defence, in a norm. */
export function whiteBoxCells(cells: readonly AttackCell[], defence: string, norm: BudgetNorm): AttackCell[] {
  return cells.filter(
    (cell) => cell.defence === defence && isWhiteBox(cell.attack) && normOf(cell.attack) === norm,
  );
}
