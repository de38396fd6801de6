/** Which points a local search starts from: the best, and others by chance in proportion to their worth. */
import type { RandomStream } from '../math/index.js';

/**
 * Indices of up to `count` points with finite values: the best, then draws without repetition with probability
 * proportional to exp(value) for a `log` scale, to exp(value / standard deviation) for a `linear` one.
 * The draws are those of a Boltzmann distribution, made by the Gumbel-max rule.
 * @returns indices in order of their draw; empty where no value is finite.
 * @see Balandat et al. 2020, arXiv:1910.06403 (Boltzmann choice of starts)
 */
export function chooseStarts(
  values: Float64Array,
  count: number,
  scale: 'log' | 'linear',
  stream: RandomStream,
): number[] {
  const finite: number[] = [];
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) finite.push(i);
  if (finite.length === 0) return [];
  const best = finite.reduce((a, b) => (values[b] > values[a] ? b : a));
  const unit = valueUnit(values, scale);
  const keys = new Float64Array(values.length);
  for (const i of finite) keys[i] = values[i] / unit + gumbel(stream);
  keys[best] = Number.POSITIVE_INFINITY;
  finite.sort((a, b) => keys[b] - keys[a] || a - b);
  return finite.slice(0, Math.max(1, count));
}

/** By how much values differ that matter: 1 for a `log` scale, else the standard deviation of the finite ones. */
export function valueUnit(values: Float64Array, scale: 'log' | 'linear'): number {
  if (scale === 'log') return 1;
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((s, v) => s + v, 0) / finite.length;
  const variance = finite.reduce((s, v) => s + (v - mean) ** 2, 0) / finite.length;
  return variance > 0 && variance < Number.POSITIVE_INFINITY ? Math.sqrt(variance) : 1;
}

/** -log(-log u), u in (0, 1). */
function gumbel(stream: RandomStream): number {
  const u = stream.uniform() || 2 ** -54;
  return -Math.log(-Math.log(u));
}
