/** From points that a caller enqueues to the record that keeps them. */
import { BoSearchError } from '../errors.js';
import { type PointInput, pointValues, type Space } from '../space/index.js';
import { assertPlan, type EnqueueRecord } from '../trial/index.js';
import { assertOptions, describeValue } from './assert-options.js';
import type { EnqueueOptions } from './study.js';

/**
 * The record of some points, in user units; undefined where there are none.
 * @throws E_ARGUMENT if a point is not in the space, or labels or plans are not one a point; E_CONFIG for another option.
 */
export function enqueueRecord(
  space: Space,
  points: readonly PointInput[],
  labels: readonly string[] | undefined,
  options: EnqueueOptions,
): EnqueueRecord | undefined {
  assertPoints(points);
  const values = points.map((point, i) => pointValues(space, point, `enqueue points[${i}]`));
  const names = labels ?? points.map(() => 'user');
  if (!areLabels(names, points.length)) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `enqueue labels: expected ${points.length} labels in words, got ${JSON.stringify(names)}`,
    );
  }
  const blocks = plansOf(options, points.length);
  if (values.length === 0) return undefined;
  return { kind: 'enqueue', points: values, labels: [...names], ...(blocks === undefined ? {} : { blocks }) };
}

/** A list, and not one point in place of a list of points. */
function assertPoints(points: readonly PointInput[]): void {
  if (Array.isArray(points) && !points.some((point) => typeof point === 'number')) return;
  const got = Array.isArray(points) ? 'one point' : describeValue(points);
  throw new BoSearchError('E_ARGUMENT', `enqueue points: expected a list of points, got ${got}`, {
    hint: 'for a single point write enqueue([point])',
  });
}

function areLabels(names: unknown, count: number): names is readonly string[] {
  return (
    Array.isArray(names) &&
    names.length === count &&
    names.every((name) => typeof name === 'string' && name !== '')
  );
}

/** One plan a point, or null for it, where any was given. */
function plansOf(options: EnqueueOptions, count: number): EnqueueOptions['blocks'] {
  assertOptions('enqueue', options, ['blocks']);
  const { blocks }: { readonly blocks?: unknown } = options;
  if (blocks === undefined) return undefined;
  if (!Array.isArray(blocks) || blocks.length !== count) {
    const got = Array.isArray(blocks) ? String(blocks.length) : describeValue(blocks);
    throw new BoSearchError('E_ARGUMENT', `enqueue blocks: expected ${count} plans or nulls, got ${got}`);
  }
  blocks.forEach((plan: unknown, i) => {
    if (plan !== null) assertPlan(plan, `enqueue blocks[${i}]`);
  });
  return options.blocks;
}
