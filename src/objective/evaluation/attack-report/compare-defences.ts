/**
 * Differences between defences on the same images, image by image: how many more images stay right behind one than
 * behind another, under the same attack and within the same bound.
 */
import { BoSearchError } from '../../../errors.js';
import type { AttackCell, EvaluationData } from '../evaluation-data.js';
import { pairedDifference, type PairedDifference } from '../scores.js';
import { l2Bounds } from './attack-rows.js';
import { boundOf, distancesOf, normOf, type BudgetNorm, type Distances } from './cell-distances.js';
import { differenceByChance } from './exact-paired-test.js';
import { WORST_CASE, worstCasesOf } from './success-curves.js';

/** What the schedule of a search is called, and how its label begins where something is added to it. */
const LEARNED = 'learned';

export interface DefenceComparison {
  readonly reference: string;
  readonly defence: string;
  /** Label of the attack, `worst case`, or `clean`: before any attack. */
  readonly attack: string;
  readonly norm: BudgetNorm;
  /** ε; 0 for `clean`. */
  readonly bound: number;
  /** Share of images right behind the reference less that behind the defence, on the images that both saw. */
  readonly difference: PairedDifference;
  /** Images right behind the reference alone, and behind the defence alone. */
  readonly onlyReference: number;
  readonly onlyDefence: number;
  /** Two-sided exact p of these two counts. */
  readonly chance: number;
}

export interface ComparisonOptions {
  /** Label of the defence that others are compared with; default `learned`, or the first whose label begins so. */
  readonly reference?: string;
  /** Bounds at which minimum-norm attacks are read; default the L2 bounds of the fixed-budget attacks. */
  readonly bounds?: readonly number[];
}

/**
 * Every other defence against the reference: clean, under every attack that both had at every bound, and in the worst
 * case over all attacks. Nothing where the reference has no cell and is the default.
 * @throws BoSearchError `E_ARGUMENT` if a reference that was asked for has no cell.
 */
export function compareDefences(data: EvaluationData, options: ComparisonOptions = {}): DefenceComparison[] {
  const { reference = defaultReference(data), bounds = l2Bounds(data) } = options;
  const cellsOf = (label: string) => data.cells.filter(({ defence }) => defence === label);
  const ours = cellsOf(reference);
  if (ours.length === 0 && options.reference !== undefined) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `compareDefences: reference: expected a defence that was attacked, got "${reference}"`,
    );
  }
  const others = data.defences.filter(({ label }) => label !== reference);
  return others.flatMap(({ label }) => {
    const theirs = cellsOf(label);
    if (ours.length === 0 || theirs.length === 0) return [];
    const pairs = [
      ...cleanPair(ours, theirs),
      ...attackPairs(ours, theirs, bounds),
      ...worstPairs(ours, theirs, bounds),
    ];
    return pairs.map((pair) => ({ reference, defence: label, ...compared(pair) }));
  });
}

function defaultReference({ defences }: EvaluationData): string {
  const labels = defences.map(({ label }) => label);
  return (
    labels.find((label) => label === LEARNED) ?? labels.find((label) => label.startsWith(LEARNED)) ?? LEARNED
  );
}

interface Pair {
  readonly attack: string;
  readonly norm: BudgetNorm;
  readonly bound: number;
  readonly ours: Distances;
  readonly theirs: Distances;
}

/** Clean errors of the first attack that both had. */
function cleanPair(ours: readonly AttackCell[], theirs: readonly AttackCell[]): Pair[] {
  const [first] = matched(ours, theirs);
  if (first === undefined) return [];
  const [mine, other] = first;
  return [{ attack: 'clean', norm: 'l2', bound: 0, ours: distancesOf(mine), theirs: distancesOf(other) }];
}

function attackPairs(
  ours: readonly AttackCell[],
  theirs: readonly AttackCell[],
  bounds: readonly number[],
): Pair[] {
  return matched(ours, theirs).flatMap(([mine, other]) => {
    const { attack } = mine;
    const own = boundOf(attack);
    const parts = {
      attack: attack.label,
      norm: normOf(attack),
      ours: distancesOf(mine),
      theirs: distancesOf(other),
    };
    return (own === null ? bounds : [own]).map((bound) => ({ ...parts, bound }));
  });
}

/** Worst cases over the attacks that both had, on the images that all of them saw. */
function worstPairs(
  ours: readonly AttackCell[],
  theirs: readonly AttackCell[],
  bounds: readonly number[],
): Pair[] {
  const both = matched(ours, theirs);
  const mine = worstCasesOf(both.map(([cell]) => cell));
  const other = worstCasesOf(both.map(([, cell]) => cell));
  return mine.flatMap(({ norm, attacks, distances }) => {
    const same = other.find((one) => one.norm === norm && one.attacks.join() === attacks.join());
    if (attacks.length < 2 || same === undefined) return [];
    const own = both.flatMap(([{ attack }]) => (normOf(attack) === norm ? (boundOf(attack) ?? []) : []));
    const at = norm === 'l2' ? bounds : [...new Set(own)].sort((a, b) => a - b);
    return at.map((bound) => ({ attack: WORST_CASE, norm, bound, ours: distances, theirs: same.distances }));
  });
}

/** Cells of the same attack. */
function matched(ours: readonly AttackCell[], theirs: readonly AttackCell[]): [AttackCell, AttackCell][] {
  return ours.flatMap((mine): [AttackCell, AttackCell][] => {
    const other = theirs.find(({ attack }) => attack.label === mine.attack.label);
    return other === undefined ? [] : [[mine, other]];
  });
}

function compared({
  attack,
  norm,
  bound,
  ours,
  theirs,
}: Pair): Omit<DefenceComparison, 'reference' | 'defence'> {
  const ids = [...ours.keys()].filter((id) => theirs.has(id));
  const right = (distances: Distances) =>
    Float64Array.from(ids, (id) => ((distances.get(id) as number) > bound ? 1 : 0));
  const [first, second] = [right(ours), right(theirs)];
  const only = (a: Float64Array, b: Float64Array) => ids.filter((_, i) => a[i] > b[i]).length;
  const [onlyReference, onlyDefence] = [only(first, second), only(second, first)];
  return {
    attack,
    norm,
    bound,
    difference: pairedDifference(first, second),
    onlyReference,
    onlyDefence,
    chance: differenceByChance(onlyReference, onlyDefence),
  };
}
