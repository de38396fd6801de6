/**
 * Success against the bound: success(ε) = share of images broken at ε or less, clean errors included, with pointwise
 * Wilson intervals.
 *
 * A minimum-norm attack gives a staircase with a step at every distinct distance. A family of fixed-budget attacks gives
 * points at its bounds, as measured: where they fall, that is a finding and not mended. The worst case over all attacks
 * of a defence is a staircase again: an image counts as broken at ε if any of them broke it at ε or less.
 */
import { BoSearchError } from '../../../errors.js';
import { successCurve } from '../attack-summary.js';
import type { AttackCell, EvaluatedDefence, EvaluationData } from '../evaluation-data.js';
import { isPreprocessed, rateOf, type Rate } from './attack-rows.js';
import {
  boundOf,
  distancesOf,
  leastDistances,
  normOf,
  type BudgetNorm,
  type Distances,
} from './cell-distances.js';

/** Name of the worst case over all attacks, as curves, rows and tables have it. */
export const WORST_CASE = 'worst case';

export interface CurvePoint {
  /** ε, from 0 on. */
  readonly bound: number;
  readonly success: Rate;
}

export interface SuccessCurve {
  readonly defence: string;
  /** Defences with the same α differ in their preprocessing alone and share a group. */
  readonly group: string;
  readonly preprocessed: boolean;
  /** The attack's family, or `worst case`. */
  readonly attack: string;
  readonly norm: BudgetNorm;
  /** `steps`: constant from each point to the next. `points`: known at the points alone. */
  readonly form: 'steps' | 'points';
  readonly images: number;
  /** Labels of the attacks behind it. */
  readonly attacks: readonly string[];
  /** Increasing bounds, the first 0: clean errors. */
  readonly points: readonly CurvePoint[];
}

/**
 * One curve for every defence and family of attacks, and behind these the worst cases over several attacks.
 * @throws BoSearchError `E_ARGUMENT` if a cell names a defence that is not there, or two cells of a family have the
 * same bound.
 */
export function successCurves(data: EvaluationData): SuccessCurve[] {
  const curves = [...byFamily(data)].map((cells) =>
    familyCurve(cells, defenceOf(data, cells[0].defence), data),
  );
  return [...curves, ...data.defences.flatMap((defence) => worstCases(data, defence))];
}

/**
 * The staircase of distances.
 * @param distances - of at least one image.
 */
export function staircase(distances: Distances): CurvePoint[] {
  const list = Array.from(distances, ([id, distance]) => ({ id, distance }));
  const finite = [...distances.values()].filter((distance) => Number.isFinite(distance));
  const bounds = [...new Set([0, ...finite])].sort((a, b) => a - b);
  return successCurve(list, bounds).map((share, i) => ({
    bound: bounds[i],
    success: rateOf(Math.round(share * list.length), list.length),
  }));
}

/** Share of images broken at a bound or less. @param distances - of at least one image. */
export function successAt(distances: Distances, bound: number): Rate {
  return rateOf([...distances.values()].filter((distance) => distance <= bound).length, distances.size);
}

/** The worst case over attacks, by the images that they saw. */
export interface WorstCase {
  readonly norm: BudgetNorm;
  readonly attacks: readonly string[];
  /** Of the images that all these attacks saw. */
  readonly distances: Distances;
}

/**
 * Worst cases of a defence: for every norm, over all its attacks on the images that all of them saw, and, where some saw
 * more, over those on their images. Most images first.
 */
export function worstCasesOf(cells: readonly AttackCell[]): WorstCase[] {
  return (['l2', 'linf'] as const).flatMap((norm) => {
    const ours = cells.filter(({ attack }) => normOf(attack) === norm);
    const sizes = [...new Set(ours.map(({ perImage }) => perImage.length))].sort((a, b) => b - a);
    return sizes.map((size) => {
      const seen = ours.filter(({ perImage }) => perImage.length >= size);
      const distances = leastDistances(seen.map(distancesOf));
      return { norm, attacks: seen.map(({ attack }) => attack.label), distances };
    });
  });
}

function worstCases(data: EvaluationData, defence: EvaluatedDefence): SuccessCurve[] {
  const cells = data.cells.filter((cell) => cell.defence === defence.label);
  const several = worstCasesOf(cells).filter(({ attacks }) => attacks.length > 1);
  return several.map(({ norm, attacks, distances }) => ({
    ...curveHead(defence, data),
    attack: WORST_CASE,
    norm,
    form: 'steps',
    images: distances.size,
    attacks,
    points: staircase(distances),
  }));
}

/** Cells of one defence and family, in the order of their first. */
function byFamily(data: EvaluationData): Iterable<AttackCell[]> {
  const families = new Map<string, AttackCell[]>();
  for (const cell of data.cells) {
    const key = JSON.stringify([cell.defence, cell.attack.family, normOf(cell.attack)]);
    families.set(key, [...(families.get(key) ?? []), cell]);
  }
  return families.values();
}

function familyCurve(
  cells: readonly AttackCell[],
  defence: EvaluatedDefence,
  data: EvaluationData,
): SuccessCurve {
  const [{ attack, perImage }] = cells;
  const isFixed = attack.kind === 'fixed-budget';
  if (!isFixed && cells.length > 1) throw sameBound(cells);
  return {
    ...curveHead(defence, data),
    attack: attack.family,
    norm: normOf(attack),
    form: isFixed ? 'points' : 'steps',
    images: Math.min(perImage.length, ...cells.map((cell) => cell.perImage.length)),
    attacks: cells.map((cell) => cell.attack.label),
    points: isFixed ? budgetPoints(cells) : staircase(distancesOf(cells[0])),
  };
}

/** Points as measured, and the clean errors of the least bound at 0. */
function budgetPoints(cells: readonly AttackCell[]): CurvePoint[] {
  const ordered = [...cells].sort((a, b) => (boundOf(a.attack) ?? 0) - (boundOf(b.attack) ?? 0));
  const points = ordered.map((cell) => {
    const bound = boundOf(cell.attack) ?? 0;
    return { bound, success: successAt(distancesOf(cell), bound) };
  });
  if (new Set(points.map(({ bound }) => bound)).size < points.length) throw sameBound(cells);
  return [{ bound: 0, success: successAt(distancesOf(ordered[0]), 0) }, ...points];
}

function sameBound(cells: readonly AttackCell[]): BoSearchError {
  const [{ defence, attack }] = cells;
  const labels = cells.map((cell) => JSON.stringify(cell.attack.label)).join(', ');
  return new BoSearchError(
    'E_ARGUMENT',
    `successCurves: ${defence}: expected attacks of family "${attack.family}" with different bounds, got ${labels}`,
  );
}

function curveHead(defence: EvaluatedDefence, data: EvaluationData) {
  return {
    defence: defence.label,
    group: groupOf(defence, data.defences),
    preprocessed: isPreprocessed(defence),
  };
}

/** Label of the first defence with the same α and purifications; without a generative model its own. */
function groupOf(defence: EvaluatedDefence, defences: readonly EvaluatedDefence[]): string {
  const { alphas, label } = defence;
  if (alphas === undefined) return label;
  const core = (one: EvaluatedDefence) =>
    JSON.stringify([one.alphas, one.effectiveAlphas, one.purifications]);
  return defences.find((other) => core(other) === core(defence))?.label ?? label;
}

function defenceOf(data: EvaluationData, label: string): EvaluatedDefence {
  const defence = data.defences.find((one) => one.label === label);
  if (defence !== undefined) return defence;
  const known = data.defences.map((one) => JSON.stringify(one.label)).join(', ');
  throw new BoSearchError(
    'E_ARGUMENT',
    `successCurves: cell of defence "${label}": expected one of ${known}, got another`,
  );
}
