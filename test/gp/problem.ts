/** Random training data for the tests of the room, from keyed streams. */
import type { GpData } from '../../src/gp/index.js';
import { randomStream } from '../../src/math/index.js';

/** n uniform points of the d-cube with smooth targets plus noise; default noise model: inferred. */
export function randomData(
  n: number,
  d: number,
  seed: number,
  noise: GpData['noise'] = { kind: 'inferred' },
): GpData {
  const stream = randomStream('test-gp', seed);
  const x = new Float64Array(n * d);
  stream.fillUniform(x);
  const y = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += Math.sin(3 * x[i * d + j] + j);
    return sum + 0.1 * stream.normal();
  });
  return { x, y, dimension: d, noise };
}

/** Lengthscales that differ, from 0.4 up. */
export function someHyperparameters(d: number, noiseVariance = 0.01, outputScale = 1.7) {
  return {
    lengthscales: Float64Array.from({ length: d }, (_, j) => 0.4 + 0.3 * j),
    outputScale,
    noiseVariance,
  };
}

/** Rows `from` to `to − 1` of data, everything else as it was. */
export function rows(data: GpData, from: number, to: number): GpData {
  const d = data.dimension;
  return { ...data, x: data.x.slice(from * d, to * d), y: data.y.slice(from, to) };
}

/** Central difference of f at x in coordinate k. */
export function centralDifference(
  f: (x: Float64Array) => number,
  x: Float64Array,
  k: number,
  step = 1e-5,
): number {
  const up = x.slice();
  const down = x.slice();
  up[k] += step;
  down[k] -= step;
  return (f(up) - f(down)) / (2 * step);
}
