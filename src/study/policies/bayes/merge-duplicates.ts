/** Repeated points as one observation each: what is left to do when even jitter does not make a covariance definite. */
import type { NoiseModel } from '../../../gp/index.js';
import type { Observation, Observations } from './observations.js';

/** Points closer than this in every coordinate are one. */
const SAME = 1e-9;

/** Each group of repeated points becomes its first, with the mean of the group's y; offsets are dropped. */
export function mergeDuplicates(observations: Observations): Observations {
  const { all, x } = observations;
  const d = observations.dimension;
  const groups: { readonly first: number; readonly members: Observation[] }[] = [];
  all.forEach((observation, i) => {
    const group = groups.find(({ first }) => isSame(x, first, i, d));
    if (group === undefined) groups.push({ first: i, members: [observation] });
    else group.members.push(observation);
  });
  const merged = groups.map(({ members }) => ({ ...members[0], y: meanOf(members) }));
  const { dimension, transform, sign, deterministic, total } = observations;
  return {
    dimension,
    transform,
    sign,
    deterministic,
    ...(total === undefined ? {} : { total }),
    all: merged,
    x: Float64Array.from(merged.flatMap(({ trial }) => trial.unit)),
    y: Float64Array.from(merged, ({ y }) => y),
    noise: ofFirsts(
      observations.noise,
      groups.map(({ first }) => first),
    ),
  };
}

function isSame(x: Float64Array, a: number, b: number, d: number): boolean {
  for (let j = 0; j < d; j++) if (Math.abs(x[a * d + j] - x[b * d + j]) > SAME) return false;
  return true;
}

function meanOf(members: readonly Observation[]): number {
  return members.reduce((sum, { y }) => sum + y / members.length, 0);
}

function ofFirsts(noise: NoiseModel, firsts: readonly number[]): NoiseModel {
  if (noise.kind !== 'inferred') {
    return { ...noise, variances: Float64Array.from(firsts, (i) => noise.variances[i]) };
  }
  const { relative } = noise;
  return relative === undefined
    ? noise
    : { ...noise, relative: Float64Array.from(firsts, (i) => relative[i]) };
}
