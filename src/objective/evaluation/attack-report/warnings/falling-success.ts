/** Success that falls although the attack may do more: a sign that it gets lost, not that the defence holds. */
import type { AttackCell, EvaluationData } from '../../evaluation-data.js';
import { boundOf, distancesOf, normOf } from '../cell-distances.js';
import { effortOf, nameOf, restOf } from './attack-traits.js';
import { brokenAt, type Broken, type Lead, leadOf, leadText, severityOf } from './paired-lead.js';
import type { EvaluationWarning } from './warning.js';

/** Distances closer than this, relative, are the same. */
const SAME_DISTANCE = 1e-6;

/** One a family and defence: the pair of bounds with the clearest fall. */
export function fallingWithBound(data: EvaluationData): EvaluationWarning[] {
  const fixed = data.cells.filter(({ attack }) => attack.kind === 'fixed-budget');
  const families = grouped(fixed, ({ defence, attack }) => [defence, attack.family, normOf(attack)]);
  return families.flatMap((cells) => {
    const worst = clearestFall(pairsBy(cells, ({ attack }) => boundOf(attack) ?? 0).map(comparedSuccess));
    if (worst === undefined) return [];
    const { less, more, lead } = worst;
    const [small, large] = [boundOf(less.attack), boundOf(more.attack)];
    return [
      {
        code: 'success-falls-with-bound',
        severity: severityOf(lead),
        text: `success falls as the bound grows: broken are ${leadText(lead, [`at ${small}`, `at ${large}`])}`,
        numbers: { smallerBound: small, largerBound: large, ...lead },
        defence: more.defence,
        attack: more.attack.label,
      },
    ];
  });
}

/**
 * One for every defence and attacks that differ in their rounds alone: with a fixed budget by success, with a minimum norm
 * by which of the two found the nearer point.
 */
export function fallingWithSteps(data: EvaluationData): EvaluationWarning[] {
  const groups = grouped(data.cells, ({ defence, attack }) => [defence, nameOf(attack), restOf(attack)]);
  return groups.flatMap((cells) => {
    const known = cells.filter(({ attack }) => effortOf(attack) !== undefined);
    const worst = clearestFall(
      pairsBy(known, ({ attack }) => effortOf(attack) ?? 0).map((pair) =>
        pair.less.attack.kind === 'fixed-budget' ? comparedSuccess(pair) : comparedDistances(pair),
      ),
    );
    if (worst === undefined) return [];
    const { less, more, lead } = worst;
    const [few, many] = [effortOf(less.attack) ?? null, effortOf(more.attack) ?? null];
    const what = more.attack.kind === 'fixed-budget' ? 'broken are' : 'the nearer point of';
    return [
      {
        code: 'success-falls-with-steps',
        severity: severityOf(lead),
        text: `more rounds do less: ${what} ${leadText(lead, [`with ${few}`, `with ${many}`])}`,
        numbers: { fewerRounds: few, moreRounds: many, ...lead },
        defence: more.defence,
        attack: more.attack.label,
      },
    ];
  });
}

interface Pair {
  readonly less: AttackCell;
  readonly more: AttackCell;
}

interface ComparedPair extends Pair {
  /** First: the one that may do less. */
  readonly lead: Lead;
}

function comparedSuccess({ less, more }: Pair): ComparedPair {
  const broken = (cell: AttackCell) => brokenAt(distancesOf(cell), Number.MAX_VALUE);
  return { less, more, lead: leadOf(broken(less), broken(more)) };
}

function comparedDistances({ less, more }: Pair): ComparedPair {
  const [few, many] = [distancesOf(less), distancesOf(more)];
  const nearer = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Broken =>
    new Map(
      [...a]
        .filter(([, distance]) => distance > 0)
        .map(([id, distance]) => [id, distance * (1 + SAME_DISTANCE) < (b.get(id) ?? 0)]),
    );
  return { less, more, lead: leadOf(nearer(few, many), nearer(many, few)) };
}

/** Of the pairs in which the one that may do less is ahead, the one that chance makes least often. */
function clearestFall(pairs: readonly ComparedPair[]): ComparedPair | undefined {
  const falls = pairs.filter(({ lead }) => lead.onlyFirst > lead.onlySecond);
  return falls.sort((a, b) => a.lead.chance - b.lead.chance)[0];
}

/** All pairs of cells of which one may do less than the other. */
function pairsBy(cells: readonly AttackCell[], amount: (cell: AttackCell) => number): Pair[] {
  return cells.flatMap((less) =>
    cells.filter((more) => amount(less) < amount(more)).map((more) => ({ less, more })),
  );
}

function grouped(
  cells: readonly AttackCell[],
  keyOf: (cell: AttackCell) => readonly unknown[],
): AttackCell[][] {
  const groups = new Map<string, AttackCell[]>();
  for (const cell of cells) {
    const key = JSON.stringify(keyOf(cell));
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()];
}
