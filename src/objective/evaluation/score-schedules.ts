/**
 * Held-out scores of schedules side by side: all on the same images with the same noise, so that differences are paired.
 *
 * Scheduling rules are not chosen here: a step schedule must have been chosen on the search images.
 */
import { BoSearchError } from '../../errors.js';
import { DEFAULT_WEIGHTS, type Bits, type ScoreWeights } from '../../trial/index.js';
import type { EvaluationBlock } from './prepared-images.js';
import { scoreAlphas, type AlphaScore, type ScoringOptions } from './score-alphas.js';
import { imageScores, pairedDifference, type PairedDifference } from './scores.js';

/** A schedule to score. */
export interface ScheduleToScore {
  readonly kind: string;
  /** Tells schedules of one kind apart; default the kind. */
  readonly label?: string;
  /** Before attenuation, each in [0, 1]. */
  readonly alphas: readonly number[];
}

/** Reference − this schedule on the same images: positive where the reference is better. */
export interface ScheduleDifferences {
  readonly objective: PairedDifference;
  readonly clean?: PairedDifference;
  readonly robust?: PairedDifference;
}

export interface ScheduleScore extends AlphaScore {
  /** The schedule's kind, or `no-defence`. */
  readonly kind: string;
  readonly label: string;
  /** Absent for `no-defence`. */
  readonly alphas?: readonly number[];
  /** The reference's label and its lead; absent on the reference itself, and where there is none. */
  readonly behind?: { readonly reference: string; readonly differences: ScheduleDifferences };
}

export interface ScoreSchedulesOptions extends ScoringOptions {
  readonly schedules: readonly ScheduleToScore[];
  /** Blocks of the defended classifier. */
  readonly blocks: readonly EvaluationBlock[];
  /** Blocks of the bare classifier on the same images, for the row `no-defence`; see `preparedByModel`. */
  readonly undefended?: readonly EvaluationBlock[];
  /** Kind of the schedule the others are compared with, the first of that kind; default `learned`. */
  readonly reference?: string;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly label: string;
  }) => void;
}

/**
 * One row a schedule, in order, and `no-defence` last.
 * @throws BoSearchError `E_IMAGES` if the undefended blocks hold other images; and as `scoreAlphas` does.
 */
export async function scoreSchedules(options: ScoreSchedulesOptions): Promise<ScheduleScore[]> {
  const { schedules, blocks, undefended } = options;
  if (undefended !== undefined) assertSameImages(blocks, undefended);
  const rows: ScheduleScore[] = [];
  const total = schedules.length + (undefended === undefined ? 0 : 1);
  const add = (row: ScheduleScore) => {
    rows.push(row);
    options.onProgress?.({ done: rows.length, total, label: row.label });
  };
  for (const { kind, label = kind, alphas } of schedules) {
    add({ kind, label, alphas, ...(await scoreAlphas(blocks, alphas, options)) });
  }
  if (undefended !== undefined) {
    add({ kind: 'no-defence', label: 'no defence', ...(await scoreAlphas(undefended, [], options)) });
  }
  return compareWith(rows, options.reference ?? 'learned', options.weights ?? DEFAULT_WEIGHTS);
}

/** The rows with their paired differences to the first row of kind `reference`; unchanged where there is none. */
export function compareWith(
  rows: readonly ScheduleScore[],
  reference: string,
  weights: ScoreWeights,
): ScheduleScore[] {
  const lead = rows.find((row) => row.kind === reference);
  if (lead === undefined) return [...rows];
  return rows.map((row) =>
    row === lead
      ? row
      : { ...row, behind: { reference: lead.label, differences: differencesOf(lead, row, weights) } },
  );
}

function differencesOf(lead: AlphaScore, row: AlphaScore, weights: ScoreWeights): ScheduleDifferences {
  const scores = (score: AlphaScore) => imageScores(score.outcomes, weights);
  const part = (name: 'clean' | 'robust') => {
    const [ours, theirs] = [lead.outcomes[name], row.outcomes[name]];
    if (ours === undefined || theirs === undefined) return {};
    return { [name]: pairedDifference(numbersOf(ours), numbersOf(theirs)) };
  };
  return { objective: pairedDifference(scores(lead), scores(row)), ...part('clean'), ...part('robust') };
}

function numbersOf(bits: Bits): Float64Array {
  return Float64Array.from(bits, Number);
}

function assertSameImages(blocks: readonly EvaluationBlock[], undefended: readonly EvaluationBlock[]): void {
  const ids = (list: readonly EvaluationBlock[]) => list.flatMap((block) => block.ids);
  const [defended, bare] = [ids(blocks), ids(undefended)];
  const row = defended.findIndex((id, at) => id !== bare[at]);
  if (row < 0 && defended.length === bare.length) return;
  throw new BoSearchError(
    'E_IMAGES',
    `scoreSchedules: expected the same images with and without defence, got others${row < 0 ? '' : ` from image ${row} on`}`,
  );
}
