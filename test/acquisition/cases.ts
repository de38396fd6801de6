/** Small data sets on which every acquisition is tried. */
import { randomStream } from '../../src/math/index.js';
import type { DenseGp } from './dense-posterior.js';

/** n observations of a wavy function in d dimensions; `shift` and `scale` move and stretch the values. */
export function wavyGp(d: number, n: number, noise: number, shift = 0, scale = 1): DenseGp {
  const stream = randomStream('wavy', d, n);
  const x = Array.from({ length: n }, () => Array.from({ length: d }, () => stream.uniform()));
  const value = (a: readonly number[]) => a.reduce((s, v, j) => s + Math.sin(5 * v + j), 0) / Math.sqrt(d);
  return {
    d,
    x,
    y: x.map((a) => shift + scale * (value(a) + Math.sqrt(noise) * stream.normal())),
    noise: x.map(() => noise * scale ** 2),
    lengthscale: 0.4,
    variance: scale ** 2,
  };
}

/** q points inside the cube. */
export function queryPoints(q: number, d: number): Float64Array {
  const out = new Float64Array(q * d);
  randomStream('query', q, d).fillUniform(out);
  return out;
}

/** The observed points of a data set, flat. */
export const observed = (gp: DenseGp): Float64Array => Float64Array.from(gp.x.flat());
