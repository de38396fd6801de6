/**
 * An evaluation as flat rows: one for every defence, attack and bound, with all numbers that tables and files show.
 *
 * A fixed-budget attack has one row, at its bound. A minimum-norm attack has one without a bound, which counts every
 * success, and one for each bound that is asked for, which counts the successes no farther than that.
 */
import type { AttackedImageDetail } from '../../attacks/run/run-attack.js';
import { summariseCounts, type AttackSummary } from '../attack-summary.js';
import type { AttackCell, EvaluatedDefence, EvaluationData } from '../evaluation-data.js';
import { wilsonInterval, type Interval } from '../intervals.js';
import { boundOf, normOf, type BudgetNorm } from './cell-distances.js';
import { attackLoss } from './attack-loss.js';
import { finiteOrNull, meanOf, medianOf } from './order-statistics.js';

/** A share of images with its 95 % Wilson interval. */
export interface Rate {
  readonly mean: number;
  readonly interval: Interval;
}

export interface AttackRow {
  readonly defence: string;
  /** Blur or noise comes before the model. */
  readonly preprocessed: boolean;
  readonly attack: string;
  readonly family: string;
  readonly kind: 'fixed-budget' | 'minimum-norm';
  readonly norm: BudgetNorm;
  /** ε at which the row counts; null where every success of a minimum-norm attack counts. */
  readonly bound: number | null;
  readonly images: number;
  readonly cleanErrors: number;
  readonly cleanAccuracy: Rate;
  /** Images that were right and so were attacked. */
  readonly attacked: number;
  /** Stored float32 images within the bound that fool the defence under fresh draws. */
  readonly successes: number;
  /** successes / attacked; null where nothing was attacked. */
  readonly successRate: Rate | null;
  /** The same images rounded to 8 bits; the bound is that of the float32 image. */
  readonly eightBitSuccesses: number;
  readonly eightBitSuccessRate: Rate | null;
  /** Share of all images that are right clean and after the attack. */
  readonly robustAccuracy: Rate;
  readonly eightBitRobustAccuracy: Rate;
  /** Mean over the attacked images of the share of fresh draws that the stored image fools, whatever its norm. */
  readonly meanShareFooled: number | null;
  /** Median L2 norm over the attacked images, failures infinite; null where that is infinite, or nothing was attacked. */
  readonly medianNorm: number | null;
  /** Mean L2 norm of the verified successes alone; null without any. It says nothing of the failures. */
  readonly meanNormOfSuccesses: number | null;
  /** Runs of the deployed defence that the attack asked for, over the attacked images. */
  readonly meanQueries: number | null;
  readonly maxQueries: number | null;
  /** Of the gradients that were asked for, the share that was exactly 0; null if none was. */
  readonly zeroGradientShare: number | null;
  /** Share of the attacked images with a logit or gradient that was NaN or infinite. */
  readonly nonFiniteShare: number | null;
  /** The loss that was really followed; null where the attack has no choice of losses. */
  readonly loss: string | null;
  /** `exact`, `bpda: identity`, `surrogate: none`, `none`. */
  readonly gradients: string;
  /** Draws of the deployed defence behind one answer to the attack, those of its own settings included. */
  readonly expectationDraws: number;
  readonly expectationMode: string;
  readonly verificationDraws: number;
  readonly verificationShare: number;
}

/** L2 bounds of the fixed-budget attacks, increasing: where minimum-norm attacks are compared with them. */
export function l2Bounds(data: EvaluationData): number[] {
  const bounds = data.cells.flatMap(({ attack: { ball } }) => (ball?.norm === 'l2' ? [ball.bound] : []));
  return [...new Set(bounds)].sort((a, b) => a - b);
}

/**
 * Rows in the order of the cells, of one cell by bound, without a bound last.
 * @param bounds - where minimum-norm attacks are read; default the L2 bounds of the fixed-budget attacks.
 */
export function attackRows(data: EvaluationData, bounds: readonly number[] = l2Bounds(data)): AttackRow[] {
  const defences = new Map(data.defences.map((defence) => [defence.label, defence]));
  return data.cells.flatMap((cell) => {
    const preprocessed = isPreprocessed(defences.get(cell.defence));
    const at = cell.attack.kind === 'fixed-budget' ? [boundOf(cell.attack)] : [...bounds, null];
    const whole = wholeCell(cell, data.classes.length);
    return at.map((bound) => ({ ...rowHead(cell, preprocessed, bound), ...countsAt(cell, bound), ...whole }));
  });
}

/** True if a defence blurs images or adds noise to them. */
export function isPreprocessed(defence: EvaluatedDefence | undefined): boolean {
  const steps = Object.values(defence?.preprocessing ?? {});
  return steps.some((step) => step !== undefined && step !== null && step !== false);
}

/** The share with its interval. @param whole - at least 1. */
export function rateOf(part: number, whole: number): Rate {
  return { mean: part / whole, interval: wilsonInterval(part / whole, whole) };
}

function rowHead({ defence, attack }: AttackCell, preprocessed: boolean, bound: number | null) {
  const { label, family, kind } = attack;
  return { defence, preprocessed, attack: label, family, kind, norm: normOf(attack), bound };
}

/** Counts of the successes within a bound. */
function countsAt(cell: AttackCell, bound: number | null) {
  const isFixed = cell.attack.kind === 'fixed-budget';
  const within = ({ norm }: AttackedImageDetail) => isFixed || bound === null || norm <= bound;
  // a minimum-norm attack stores nothing where no float32 point held
  const isStored = ({ outcome }: AttackedImageDetail) => isFixed || outcome === 'success';
  const attacked = cell.perImage.filter(({ outcome }) => outcome !== 'clean-error');
  const images = cell.perImage.length;
  const cleanErrors = images - attacked.length;
  const summary = (isSuccess: (image: AttackedImageDetail) => boolean): AttackSummary =>
    summariseCounts({ images, cleanErrors, successes: attacked.filter(isSuccess).length });
  const float32 = summary((image) => image.outcome === 'success' && within(image));
  const eightBit = summary((image) => image.fooled.eightBit && isStored(image) && within(image));
  return {
    images,
    cleanErrors,
    cleanAccuracy: rateOf(attacked.length, images),
    attacked: attacked.length,
    successes: float32.successes,
    successRate: float32.successRate ?? null,
    eightBitSuccesses: eightBit.successes,
    eightBitSuccessRate: eightBit.successRate ?? null,
    robustAccuracy: float32.robustAccuracy,
    eightBitRobustAccuracy: eightBit.robustAccuracy,
  };
}

/** What does not depend on the bound. */
function wholeCell(cell: AttackCell, classes: number) {
  const { attack, verification, perImage } = cell;
  const attacked = perImage.filter(({ outcome }) => outcome !== 'clean-error');
  const successes = attacked.filter(({ outcome }) => outcome === 'success');
  const norms = attacked.map(({ outcome, norm }) => (outcome === 'success' ? norm : Infinity));
  const queries = attacked.map(({ tally }) => tally.queries);
  return {
    meanShareFooled: meanOf(attacked.map(({ shares }) => shares.float32)),
    medianNorm: finiteOrNull(medianOf(norms)),
    meanNormOfSuccesses: meanOf(successes.map(({ norm }) => norm)),
    meanQueries: meanOf(queries),
    maxQueries: queries.length === 0 ? null : Math.max(...queries),
    ...faultShares(cell),
    loss: attackLoss(attack.settings, classes),
    gradients: gradientsText(attack.gradients),
    ...drawsBehindAnswers(attack),
    verificationDraws: verification.draws,
    verificationShare: verification.share,
  };
}

/** An attack may take means of its own, over answers that are means already. */
function drawsBehindAnswers({
  settings,
  expectation,
}: AttackCell['attack']): Pick<AttackRow, 'expectationDraws' | 'expectationMode'> {
  const { expectationDraws: own, expectationMode: mode } = settings;
  const hasOwn = typeof own === 'number' && typeof mode === 'string';
  return hasOwn
    ? { expectationDraws: own * expectation.draws, expectationMode: mode }
    : { expectationDraws: expectation.draws, expectationMode: expectation.mode };
}

/** How often the attack was left without a direction. */
export function faultShares({
  perImage,
}: Pick<AttackCell, 'perImage'>): Pick<AttackRow, 'zeroGradientShare' | 'nonFiniteShare'> {
  const attacked = perImage.filter(({ outcome }) => outcome !== 'clean-error');
  const gradients = attacked.reduce((sum, { tally }) => sum + tally.gradients, 0);
  const zero = attacked.reduce((sum, { tally }) => sum + tally.zeroGradients, 0);
  return {
    zeroGradientShare: gradients === 0 ? null : zero / gradients,
    nonFiniteShare: meanOf(attacked.map(({ flags }) => (flags.nonFinite ? 1 : 0))),
  };
}

function gradientsText(gradients: AttackCell['attack']['gradients']): string {
  switch (gradients.kind) {
    case 'bpda':
      return `bpda: ${gradients.surrogate}`;
    case 'surrogate':
      return `surrogate: ${gradients.of}`;
    case 'exact':
    case 'none':
      return gradients.kind;
    default:
      return gradients satisfies never;
  }
}
