import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { MinimizeOptions, ValueAndGradient } from '../../src/math/minimize.js';
import { BoSearchError } from '../../src/errors.js';
import { minimizeBounded, minimizeBoundedBatch } from '../../src/math/minimize.js';
import { randomStream } from '../../src/math/random.js';
import { MINIMUM_POINT, MINIMUM_VALUE } from '../tolerances.js';

const box = (d: number, low: number, high: number): MinimizeOptions => ({
  lower: new Float64Array(d).fill(low),
  upper: new Float64Array(d).fill(high),
});

/** Σ w_j (x_j - c_j)²: in a box its minimum is the clipped centre. */
const quadratic =
  (centre: readonly number[], weights: readonly number[]): ValueAndGradient =>
  (x, g) => {
    let f = 0;
    for (let j = 0; j < x.length; j++) {
      const r = x[j] - centre[j];
      f += weights[j] * r * r;
      g[j] = 2 * weights[j] * r;
    }
    return f;
  };

/** Rosenbrock's valley with minimum 0 at (1, …, 1). */
const rosenbrock: ValueAndGradient = (x, g) => {
  g.fill(0);
  let f = 0;
  for (let j = 0; j + 1 < x.length; j++) {
    const a = x[j + 1] - x[j] ** 2;
    const b = 1 - x[j];
    f += 100 * a * a + b * b;
    g[j] = g[j] - 400 * a * x[j] - 2 * b;
    g[j + 1] = g[j + 1] + 200 * a;
  }
  return f;
};

/** f((x - shift) / scale)·factor + offset. */
const moved =
  (f: ValueAndGradient, shift: number, scale: number, factor = 1, offset = 0): ValueAndGradient =>
  (x, g) => {
    const value = f(
      x.map((v) => (v - shift) / scale),
      g,
    );
    for (let j = 0; j < g.length; j++) g[j] = (g[j] * factor) / scale;
    return value * factor + offset;
  };

const expectClose = (got: Float64Array, want: readonly number[], tolerance: number) => {
  want.forEach((w, j) => expect(Math.abs(got[j] - w)).toBeLessThanOrEqual(tolerance));
};

describe('minimizeBounded(f, x0, { lower, upper })', () => {
  it.each([
    ['at the origin', 0, 1],
    ['shifted', 37, 1],
    ['shrunk', 0, 1e-3],
    ['shifted and stretched', -500, 1e3],
  ])('finds the bottom of Rosenbrock’s valley in 8 variables, %s', (_, shift, scale) => {
    const f = moved(rosenbrock, shift, scale);
    const options = { ...box(8, shift - 3 * scale, shift + 3 * scale), gradientTolerance: 1e-9 / scale };
    const x0 = Float64Array.from({ length: 8 }, (_, j) => shift + scale * (j % 2 === 0 ? -1.2 : 1));
    const result = minimizeBounded(f, x0, { ...options, functionTolerance: 0, maxIterations: 500 });
    expect(result.stop.good).toBe(true);
    expect(result.value).toBeLessThan(MINIMUM_VALUE);
    expectClose(result.x, new Array<number>(8).fill(shift + scale), MINIMUM_POINT * scale);
  });

  it('needs at most 150 evaluations for Rosenbrock in 16 variables', () => {
    const result = minimizeBounded(rosenbrock, new Float64Array(16).fill(-1), box(16, -3, 3));
    expect(result.evaluations).toBeLessThanOrEqual(150);
    expect(result.value).toBeLessThan(1e-6);
  });

  it.each([
    ['inside', [0.3, -0.2, 0.9]],
    ['on a face', [0.3, -7, 0.9]],
    ['on an edge', [4, -7, 0.9]],
    ['in a corner', [4, -7, 12]],
  ])('gives the clipped centre of a separable quadratic %s, its bounds exactly', (_, centre) => {
    const result = minimizeBounded(quadratic(centre, [1, 10, 0.1]), new Float64Array(3), {
      ...box(3, -1, 1),
      gradientTolerance: 1e-10,
      functionTolerance: 0,
    });
    centre.forEach((c, j) => {
      if (Math.abs(c) > 1) expect(result.x[j]).toBe(Math.sign(c));
      else expect(result.x[j]).toBeCloseTo(c, 8);
    });
    expect(result.stop.good).toBe(true);
  });

  it('reaches bounds that are no short decimals exactly', () => {
    const options = { lower: Float64Array.of(-0.1, 1 / 3), upper: Float64Array.of(0.7, Math.PI) };
    const result = minimizeBounded(quadratic([9, -9], [1, 1]), Float64Array.of(0.2, 0.9), options);
    expect([...result.x]).toEqual([0.7, 1 / 3]);
  });

  it('leaves a bound again where the gradient points inward', () => {
    const result = minimizeBounded(quadratic([0.5, 0.5], [1, 3]), Float64Array.of(0, 1), box(2, 0, 1));
    expectClose(result.x, [0.5, 0.5], MINIMUM_POINT);
  });

  it('solves a coupled problem whose minimum is on a face, as substitution does', () => {
    // f = x² + xy + y² - 3x - 4y has its free minimum at (2/3, 5/3); with x >= 1 it is x = 1, y = 3/2.
    const f: ValueAndGradient = (x, g) => {
      g[0] = 2 * x[0] + x[1] - 3;
      g[1] = x[0] + 2 * x[1] - 4;
      return x[0] ** 2 + x[0] * x[1] + x[1] ** 2 - 3 * x[0] - 4 * x[1];
    };
    const options = { lower: Float64Array.of(1, -9), upper: Float64Array.of(9, 9), functionTolerance: 0 };
    const result = minimizeBounded(f, Float64Array.of(8, -8), options);
    expect(result.x[0]).toBe(1);
    expect(Math.abs(result.x[1] - 1.5)).toBeLessThan(MINIMUM_POINT);
  });

  it.each([1e2, 1e4, 1e6])('solves a rotated quadratic of condition number %d', (condition) => {
    const d = 12;
    const f = rotatedQuadratic(d, condition);
    const result = minimizeBounded(f, new Float64Array(d).fill(0.8), {
      ...box(d, -1, 1),
      gradientTolerance: 1e-8,
      functionTolerance: 0,
      maxIterations: 2000,
      maxEvaluations: 4000,
    });
    expect(result.value).toBeLessThan(MINIMUM_VALUE);
    expect(result.stop.good).toBe(true);
  });

  it('takes the same way for a shifted value, and a scaled one ends at the same point', () => {
    const run = (factor: number, offset: number) =>
      minimizeBounded(moved(rosenbrock, 0, 1, factor, offset), Float64Array.of(-1.2, 1), {
        ...box(2, -2, 2),
        gradientTolerance: 1e-7 * factor,
        functionTolerance: 0,
      });
    expectClose(run(1e6, 0).x, [1, 1], MINIMUM_POINT);
    expectClose(run(1e-6, 0).x, [1, 1], MINIMUM_POINT);
    expectClose(run(1, 100).x, [1, 1], 1e-5);
  });

  it('ends where no free variable has a slope, in any convex quadratic over any box', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer(), (d, seed) => {
        const { f, options, x0 } = boxedQuadratic(d, seed);
        const { x, gradient } = minimizeBounded(f, x0, options);
        for (let j = 0; j < d; j++) {
          if (x[j] === options.lower[j]) expect(gradient[j]).toBeGreaterThan(-MINIMUM_POINT);
          else if (x[j] === options.upper[j]) expect(gradient[j]).toBeLessThan(MINIMUM_POINT);
          else expect(Math.abs(gradient[j])).toBeLessThan(MINIMUM_POINT);
        }
      }),
      { numRuns: 200, seed: 9 },
    );
  });

  it('works in one variable, and without bounds', () => {
    const free = { lower: Float64Array.of(-Infinity), upper: Float64Array.of(Infinity) };
    expect(minimizeBounded(quadratic([40], [2]), Float64Array.of(-3), free).x[0]).toBeCloseTo(40, 6);
    expect(minimizeBounded(quadratic([40], [2]), Float64Array.of(0), box(1, -1, 1)).x[0]).toBe(1);
  });

  it('returns the start of a flat function, with reason gradient', () => {
    const flat: ValueAndGradient = (_x, g) => {
      g.fill(0);
      return 5;
    };
    const result = minimizeBounded(flat, Float64Array.of(0.3, 0.4), box(2, 0, 1));
    expect([...result.x]).toEqual([0.3, 0.4]);
    expect(result.stop.kind).toBe('gradient');
    expect(result.evaluations).toBe(1);
  });

  it('returns the only point of a box without width', () => {
    const options = { lower: Float64Array.of(0.5), upper: Float64Array.of(0.5) };
    const result = minimizeBounded(quadratic([3], [1]), Float64Array.of(0.5), options);
    expect(result.x[0]).toBe(0.5);
    expect(result.stop.good).toBe(true);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('steps back from a wall of %d', (wall) => {
    const f: ValueAndGradient = (x, g) => {
      g[0] = 2 * (x[0] - 2);
      return x[0] > 1.5 ? wall : (x[0] - 2) ** 2;
    };
    const result = minimizeBounded(f, Float64Array.of(-5), box(1, -10, 10));
    expect(result.x[0]).toBeGreaterThan(1.4);
    expect(result.x[0]).toBeLessThanOrEqual(1.5);
    expect(Number.isFinite(result.value)).toBe(true);
  });

  it('steps back from points where only the gradient is not finite', () => {
    const f: ValueAndGradient = (x, g) => {
      g[0] = x[0] > 0.9 ? Number.NaN : 2 * (x[0] - 0.5);
      return (x[0] - 0.5) ** 2;
    };
    const result = minimizeBounded(f, Float64Array.of(-3), box(1, -4, 4));
    expect(result.x[0]).toBeCloseTo(0.5, 6);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'ends with reason non-finite where it starts at %d',
    (bad) => {
      const result = minimizeBounded(() => bad, Float64Array.of(0.5), box(1, 0, 1));
      expect(result.stop).toEqual({
        kind: 'non-finite',
        message:
          'the value or the gradient at the starting point is not finite, or the value fell to -Infinity',
        advice: 'start from a point where the function is finite, or tighten the bounds',
        good: false,
      });
      expect(result.evaluations).toBe(1);
    },
  );

  it('ends with reason non-finite where the value falls to -Infinity', () => {
    const f: ValueAndGradient = (x, g) => {
      g[0] = -1;
      return x[0] > 0.5 ? Number.NEGATIVE_INFINITY : -x[0];
    };
    expect(minimizeBounded(f, Float64Array.of(0), box(1, 0, 1)).stop.kind).toBe('non-finite');
  });

  it('ends with reason line-search where the gradient has the wrong sign', () => {
    const f: ValueAndGradient = (x, g) => {
      g[0] = -2 * x[0];
      return x[0] ** 2;
    };
    const result = minimizeBounded(f, Float64Array.of(0.4), box(1, -1, 1));
    expect(result.stop.kind).toBe('line-search');
    expect(result.x[0]).toBe(0.4);
  });

  it('never makes more evaluations or iterations than allowed', () => {
    let calls = 0;
    const counted: ValueAndGradient = (x, g) => {
      calls++;
      return rosenbrock(x, g);
    };
    const x0 = Float64Array.of(-1.2, 1);
    const few = minimizeBounded(counted, x0, { ...box(2, -2, 2), maxEvaluations: 7 });
    expect([few.evaluations, calls, few.stop.kind]).toEqual([7, 7, 'evaluations']);
    const short = minimizeBounded(rosenbrock, x0, { ...box(2, -2, 2), maxIterations: 3 });
    expect([short.iterations, short.stop.kind]).toEqual([3, 'iterations']);
    expect(minimizeBounded(rosenbrock, x0, { ...box(2, -2, 2), maxIterations: 0 }).x).toEqual(x0);
  });

  it('refuses a start outside the bounds', () => {
    const call = () => minimizeBounded(rosenbrock, Float64Array.of(0, 3), box(2, -2, 2));
    expect(call).toThrow(BoSearchError);
    expect(call).toThrow(
      expect.objectContaining({
        code: 'E_ARGUMENT',
        message: 'minimize: x0[1] must be finite and within [-2, 2], got 3',
      }),
    );
  });

  it('refuses arrays of different lengths and limits out of range', () => {
    expect(() => minimizeBounded(rosenbrock, new Float64Array(3), box(2, -2, 2))).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: 'minimize: lower, upper and each start must have the same length, got 2, 2 and 3 / 1',
      }),
    );
    expect(() => minimizeBounded(rosenbrock, new Float64Array(2), { ...box(2, -2, 2), memory: 0 })).toThrow(
      expect.objectContaining({ message: 'minimize: memory must be at least 1, got 0' }),
    );
  });
});

describe('minimizeBoundedBatch(f, x0, q, options)', () => {
  it('takes each start the way it would go alone, bit for bit', () => {
    const d = 5;
    const q = 7;
    const stream = randomStream('minimize-batch');
    const x0 = Float64Array.from({ length: q * d }, () => 4 * stream.uniform() - 2);
    const results = minimizeBoundedBatch(
      (x, active, gradient, value) => {
        for (const r of active) {
          value[r] = rosenbrock(x.subarray(r * d, (r + 1) * d), gradient.subarray(r * d, (r + 1) * d));
        }
      },
      x0,
      q,
      box(d, -2, 2),
    );
    for (let r = 0; r < q; r++) {
      expect(results[r]).toEqual(minimizeBounded(rosenbrock, x0.slice(r * d, (r + 1) * d), box(d, -2, 2)));
    }
  });

  it('asks only for starts that still run', () => {
    const seen: number[][] = [];
    minimizeBoundedBatch(
      (x, active, gradient, value) => {
        seen.push([...active]);
        for (const r of active) {
          gradient[r] = 2 * x[r];
          value[r] = x[r] ** 2;
        }
      },
      Float64Array.of(0, 0.7),
      2,
      box(1, -1, 1),
    );
    expect(seen[0]).toEqual([0, 1]);
    expect(seen.slice(1).every((rows) => rows.length === 1 && rows[0] === 1)).toBe(true);
  });

  it('gives no results for no starts', () => {
    expect(minimizeBoundedBatch(() => undefined, new Float64Array(0), 0, box(2, 0, 1))).toEqual([]);
  });
});

/** ½ xᵀ H x with eigenvalues from 1 to `condition`, turned by a product of Householder reflections. */
function rotatedQuadratic(d: number, condition: number): ValueAndGradient {
  const stream = randomStream('rotation', d);
  const reflections = Array.from({ length: 3 }, () => {
    const v = Float64Array.from({ length: d }, () => stream.normal());
    const norm = Math.hypot(...v);
    return v.map((c) => c / norm);
  });
  const reflect = (x: Float64Array, order: readonly Float64Array[]) =>
    order.reduce((u, v) => {
      const p = 2 * u.reduce((s, c, j) => s + c * v[j], 0);
      return u.map((c, j) => c - p * v[j]);
    }, x);
  return (x, g) => {
    const u = reflect(x, reflections);
    const h = u.map((c, j) => c * condition ** (j / (d - 1)));
    g.set(reflect(h, [...reflections].reverse()));
    return 0.5 * u.reduce((s, c, j) => s + c * h[j], 0);
  };
}

/** ½ |G x|² + 0.05 |x|² - b·x in a random box, from a random start inside it. */
function boxedQuadratic(d: number, seed: number) {
  const stream = randomStream('boxed', seed);
  const G = Float64Array.from({ length: d * d }, () => stream.normal());
  const b = Float64Array.from({ length: d }, () => 3 * stream.normal());
  const lower = Float64Array.from({ length: d }, () => -stream.uniform());
  const upper = lower.map((low) => low + 2 * stream.uniform());
  const x0 = lower.map((low, j) => low + (upper[j] - low) * stream.uniform());
  const f: ValueAndGradient = (x, g) => {
    let value = 0;
    for (let j = 0; j < d; j++) {
      value += 0.05 * x[j] ** 2 - b[j] * x[j];
      g[j] = 0.1 * x[j] - b[j];
    }
    for (let i = 0; i < d; i++) {
      let r = 0;
      for (let j = 0; j < d; j++) r += G[i * d + j] * x[j];
      value += 0.5 * r * r;
      for (let j = 0; j < d; j++) g[j] += r * G[i * d + j];
    }
    return value;
  };
  return { f, x0, options: { lower, upper, gradientTolerance: 1e-8, functionTolerance: 0 } };
}
