/**
 * What a GP is trained on where trials are judged on parts of a sample: one observation a point and pattern of blocks.
 *
 * Blocks that every point either saw all of or none of are one pattern: their scores are averaged. That loses nothing: the
 * differences between such blocks say nothing of the function (Gaussian offsets and biases of equal variance).
 */
import type { Outcome, OutcomeBlock } from '../../../../trial/index.js';
import { isFailed, isMeasurement, observedValue } from '../../../../trial/index.js';
import type { PolicyContext } from '../../policy.js';
import type { Observation, Observations } from '../observations.js';
import { transformShare, type OutcomeTransform } from '../outcome-transform.js';
import { UNIT_IMAGES } from './row-groups.js';
import { imageScores, meanOf } from './image-scores.js';
import { racedPoints, type RacedPoint } from './judged-point.js';

/** Observations of a history of blocks; y stays in units of the score unless `logit` is asked for. */
export function blockObservations(context: PolicyContext, transform: OutcomeTransform): Observations {
  const sign = context.direction === 'maximize' ? 1 : -1;
  const points = racedPoints(context);
  const patterns = patternsOf(points);
  const rows = points.flatMap((point) => [...ofBlocks(context, point, patterns), ...toldWhole(point)]);
  const made = rows.map(({ scores, mean, images, ...rest }) => {
    const { value, slope } = transformShare(transform, mean, images);
    return { ...rest, images, y: sign * value, residuals: scores.map((s) => sign * slope * (s - mean)) };
  });
  const all = made.map(({ trial, outcome, y }): Observation => ({
    trial,
    outcome,
    y,
    variance: 0,
    generalisation: 0,
  }));
  return {
    dimension: context.dimension,
    transform,
    sign,
    all,
    x: Float64Array.from(all.flatMap(({ trial }) => trial.unit)),
    y: Float64Array.from(all, ({ y }) => y),
    noise: { kind: 'inferred', relative: Float64Array.from(made, ({ images }) => UNIT_IMAGES / images) },
    deterministic: true,
    blocks: {
      of: Int32Array.from(made, ({ group }) => group),
      images: patterns.images,
      residuals: made.map(({ residuals }) => Float64Array.from(residuals)),
      point: firstOfPoint(all),
    },
  };
}

interface Patterns {
  /** Pattern of each block by its key. */
  readonly of: ReadonlyMap<string, number>;
  readonly images: readonly number[];
}

const keyOf = (block: { readonly sample: string; readonly block: number }) =>
  `${block.block} ${block.sample}`;

/** Blocks seen by the same points are one pattern, numbered in the order of their first block's coming. */
function patternsOf(points: readonly RacedPoint[]): Patterns {
  const seenBy = new Map<string, { readonly points: number[]; readonly images: number }>();
  points.forEach(({ blocks }, p) => {
    for (const block of blocks) {
      const seen = seenBy.get(keyOf(block)) ?? { points: [], images: imageScores(block).length };
      seenBy.set(keyOf(block), seen);
      seen.points.push(p);
    }
  });
  const numbers = new Map<string, number>();
  const of = new Map<string, number>();
  const images: number[] = [];
  for (const [key, seen] of seenBy) {
    const sample = key.slice(key.indexOf(' '));
    const pattern = `${seen.points.join()}${sample}`;
    const number = numbers.get(pattern) ?? numbers.size;
    numbers.set(pattern, number);
    of.set(key, number);
    images[number] = (images[number] ?? 0) + seen.images;
  }
  return { of, images };
}

interface Row extends Pick<Observation, 'trial' | 'outcome'> {
  readonly group: number;
  readonly scores: readonly number[];
  readonly mean: number;
  readonly images: number;
}

/** One row a pattern that the point saw. */
function ofBlocks(context: PolicyContext, { trials, blocks }: RacedPoint, patterns: Patterns): Row[] {
  const rows = new Map<number, number[]>();
  for (const block of blocks.toSorted(byPosition)) {
    const group = patterns.of.get(keyOf(block)) ?? -1;
    rows.set(group, [...(rows.get(group) ?? []), ...imageScores(block, context.weights)]);
  }
  const outcome = (mean: number): Outcome => ({ value: mean });
  return [...rows].map(([group, scores]) => {
    const mean = meanOf(scores);
    return { trial: trials[0], outcome: outcome(mean), group, scores, mean, images: scores.length };
  });
}

function byPosition(a: OutcomeBlock, b: OutcomeBlock): number {
  if (a.sample !== b.sample) return a.sample < b.sample ? -1 : 1;
  return a.block - b.block;
}

/** Outcomes that came without blocks. */
function toldWhole({ trials }: RacedPoint): Row[] {
  return trials.flatMap((trial) => {
    const { outcome, reported = [] } = trial;
    if (outcome === undefined || isFailed(outcome) || reported.length > 0) return [];
    const mean = observedValue(outcome);
    if (mean === undefined || !Number.isFinite(mean)) return [];
    const images = isMeasurement(outcome) ? outcome.images : 1;
    return [{ trial, outcome, group: -1, scores: [], mean, images }];
  });
}

function firstOfPoint(all: readonly Observation[]): Int32Array {
  const first = new Map<string, number>();
  return Int32Array.from(all, ({ trial }, i) => {
    const key = trial.unit.join();
    if (!first.has(key)) first.set(key, i);
    return first.get(key) ?? i;
  });
}
