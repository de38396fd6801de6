import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CholeskyDecomposition, Matrix, inverse } from 'ml-matrix';

import { NotPositiveDefiniteError } from '../../src/errors.js';
import { appendRow, cholesky, JITTER_LADDER, logDeterminant } from '../../src/math/cholesky.js';
import { blockDots, dot, dotRange } from '../../src/math/dots.js';
import { choleskyInverse, inverseMemory } from '../../src/math/inverse.js';
import { randomStream } from '../../src/math/random.js';
import {
  choleskySolve,
  solveLower,
  solveLowerMany,
  solveLowerRows,
  solveUpper,
  solveUpperMany,
  solveUpperRows,
} from '../../src/math/triangular.js';
import { ROUNDING } from '../tolerances.js';

const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 23, 40];

function normals(count: number, ...key: (string | number)[]): Float64Array {
  const out = new Float64Array(count);
  randomStream('linalg', ...key).fillNormal(out);
  return out;
}

/** G Gᵀ/n + I/2, positive definite and well conditioned. */
function positiveDefinite(n: number, ...key: (string | number)[]): Float64Array {
  const g = normals(n * n, 'spd', n, ...key);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      a[i * n + j] = dotRange(g, i * n, g, j * n, 0, n) / n + (i === j ? 0.5 : 0);
    }
  }
  return a;
}

const dense = (a: Float64Array, rows: number, columns: number) =>
  Matrix.from1DArray(rows, columns, Array.from(a));

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

/** Leading (n, n) part of an (m, m) matrix. */
function leading(a: Float64Array, m: number, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => a[Math.floor(k / n) * m + (k % n)]);
}

describe('cholesky(a, n)', () => {
  it.each(SIZES)('gives a lower triangular L with L Lᵀ = A, n = %d', (n) => {
    const a = positiveDefinite(n);
    const { L, jitter, relativeJitter } = cholesky(a, n);
    expect([jitter, relativeJitter]).toEqual([0, 0]);
    if (n === 0) return;
    expect(
      largestDifference(
        dense(L, n, n)
          .mmul(dense(L, n, n).transpose())
          .to1DArray(),
        a,
      ),
    ).toBeLessThan(ROUNDING);
    for (let i = 0; i < n; i++) {
      expect(L[i * n + i]).toBeGreaterThan(0);
      for (let j = i + 1; j < n; j++) expect(L[i * n + j]).toBe(0);
    }
  });

  it('agrees with ml-matrix', () => {
    const a = positiveDefinite(31);
    const other = new CholeskyDecomposition(dense(a, 31, 31)).lowerTriangularMatrix.to1DArray();
    expect(largestDifference(cholesky(a, 31).L, other)).toBeLessThan(ROUNDING);
  });

  it.each([1e-200, 1e-6, 1e150])('scales: the factor of c·A is √c·L, c = %d', (c) => {
    const a = positiveDefinite(13);
    const scaled = cholesky(
      a.map((v) => v * c),
      13,
    );
    const expected = cholesky(a, 13).L.map((v) => v * Math.sqrt(c));
    expect(scaled.relativeJitter).toBe(0);
    expect(largestDifference(scaled.L, expected) / Math.sqrt(c)).toBeLessThan(ROUNDING);
  });

  it('reads the lower triangle only', () => {
    const a = positiveDefinite(9);
    const upperless = a.map((v, k) => (k % 9 > Math.floor(k / 9) ? Number.NaN : v));
    expect(cholesky(upperless, 9)).toEqual(cholesky(a, 9));
  });

  it('has, in its first rows, the bits of the factor of the leading part', () => {
    const a = positiveDefinite(23);
    const { L } = cholesky(a, 23);
    for (let n = 0; n < 23; n++) {
      expect(leading(L, 23, n)).toEqual(cholesky(leading(a, 23, n), n).L);
    }
  });

  it.each([1, 1e-8, 1e8])(
    'adds the least jitter that helps to a matrix of rank one, and says how much (scale %d)',
    (c) => {
      const { L, n, jitter, relativeJitter } = cholesky(new Float64Array(36).fill(c), 6);
      expect(n).toBe(6);
      expect(relativeJitter).toBe(1e-10);
      expect(Math.abs(jitter / c - relativeJitter)).toBeLessThan(ROUNDING * relativeJitter);
      expect(L.every(Number.isFinite)).toBe(true);
    },
  );

  it('climbs the ladder as far as a negative eigenvalue asks', () => {
    const a = Float64Array.of(1, 0, 0, 1 - 3e-6);
    const negative = Float64Array.of(1, 1 + 3e-6, 1 + 3e-6, 1);
    expect(cholesky(a, 2).relativeJitter).toBe(0);
    expect(cholesky(negative, 2).relativeJitter).toBe(1e-5);
    expect(JITTER_LADDER).toEqual([0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4]);
  });

  it('fails with the pivot and the last jitter where the ladder ends', () => {
    const indefinite = Float64Array.of(1, 0, 2, 0, 1, 0, 2, 0, 1);
    expect(() => cholesky(indefinite, 3)).toThrow(NotPositiveDefiniteError);
    expect(() => cholesky(indefinite, 3)).toThrow(
      expect.objectContaining({
        code: 'E_NOT_POSITIVE_DEFINITE',
        message:
          'cholesky: expected a positive definite matrix of shape (3, 3), got pivot 2 <= 0 with relative jitter 0.0001',
        pivot: 2,
        relativeJitter: 1e-4,
        hint: 'remove repeated points, or raise the noise variance',
      }),
    );
  });

  it.each([
    ['zero', 0],
    ['negative', -1],
  ])('fails at once on a matrix with a %s diagonal', (_, value) => {
    expect(() => cholesky(Float64Array.of(value), 1)).toThrow(
      expect.objectContaining({ pivot: 0, relativeJitter: 0 }),
    );
  });

  it.each([Number.NaN, Infinity, -Infinity])('names an entry that is %d', (bad) => {
    const a = positiveDefinite(4);
    a[9] = bad;
    expect(() => cholesky(a, 4)).toThrow(
      expect.objectContaining({
        code: 'E_NON_FINITE',
        message: `cholesky: a[2, 1] must be finite, got ${bad}`,
      }),
    );
  });

  it('names a wrong length', () => {
    expect(() => cholesky(new Float64Array(8), 3)).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: 'cholesky: a must hold n·n = 9 numbers (n = 3), got 8',
      }),
    );
    expect(() => cholesky(new Float64Array(0), -1)).toThrow(
      expect.objectContaining({ message: 'cholesky: n must be an integer of at least 0, got -1' }),
    );
  });
});

describe('appendRow(factor, row)', () => {
  it('gives, from nothing to 40 rows, the bits of the full factorisation', () => {
    const m = 40;
    const a = positiveDefinite(m);
    let factor = cholesky(new Float64Array(0), 0);
    for (let n = 0; n < m; n++) {
      factor = appendRow(factor, a.slice(n * m, n * m + n + 1))!;
      expect(factor).toEqual(cholesky(leading(a, m, n + 1), n + 1));
    }
  });

  it('does so for any matrix, at any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer(), (m, seed) => {
        const a = positiveDefinite(m, seed);
        const before = cholesky(leading(a, m, m - 1), m - 1);
        expect(appendRow(before, a.slice((m - 1) * m))).toEqual(cholesky(a, m));
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('adds the jitter of its factor to the new diagonal entry', () => {
    const before = cholesky(new Float64Array(4).fill(1), 2);
    expect(before.jitter).toBe(1e-10);
    const after = appendRow(before, Float64Array.of(1, 1, 1))!;
    expect(after).toEqual(cholesky(new Float64Array(9).fill(1), 3));
  });

  it('answers undefined where the new pivot is not positive, and leaves the old factor as it was', () => {
    const before = cholesky(Float64Array.of(1, 0.5, 0.5, 1), 2);
    const copy = before.L.slice();
    expect(appendRow(before, Float64Array.of(1, 0.5, 1))).toBeUndefined();
    expect(appendRow(before, Float64Array.of(2, 0, 1))).toBeUndefined();
    expect(before.L).toEqual(copy);
  });

  it('names a wrong length and an entry that is not finite', () => {
    const before = cholesky(Float64Array.of(1), 1);
    expect(() => appendRow(before, Float64Array.of(1))).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: 'appendRow: row must hold n + 1 = 2 numbers (n = 1), got 1',
      }),
    );
    expect(() => appendRow(before, Float64Array.of(Number.NaN, 1))).toThrow(
      expect.objectContaining({ code: 'E_NON_FINITE', message: 'appendRow: row[0] must be finite, got NaN' }),
    );
  });
});

describe('solves with a factor', () => {
  it.each(SIZES)('solveLower and solveUpper undo L and Lᵀ, n = %d', (n) => {
    const { L } = cholesky(positiveDefinite(n), n);
    const b = normals(n, 'b', n);
    if (n === 0) {
      expect([solveLower(L, n, b), solveUpper(L, n, b)]).toEqual([b, b]);
      return;
    }
    const M = dense(L, n, n);
    const column = (x: Float64Array) => dense(x, n, 1);
    expect(largestDifference(M.mmul(column(solveLower(L, n, b))).to1DArray(), b)).toBeLessThan(ROUNDING);
    expect(
      largestDifference(
        M.transpose()
          .mmul(column(solveUpper(L, n, b)))
          .to1DArray(),
        b,
      ),
    ).toBeLessThan(ROUNDING);
  });

  it.each([0, 1, 2, 3, 4, 5, 9])('give each of %d columns the bits it would have alone', (q) => {
    const n = 11;
    const { L } = cholesky(positiveDefinite(n), n);
    const B = normals(n * q, 'B', q);
    const lower = solveLowerMany(L, n, B, q);
    const upper = solveUpperMany(L, n, B, q);
    for (let c = 0; c < q; c++) {
      const at = (X: Float64Array) => Float64Array.from({ length: n }, (_, i) => X[i * q + c]);
      expect(at(lower)).toEqual(solveLower(L, n, at(B)));
      expect(at(upper)).toEqual(solveUpper(L, n, at(B)));
    }
  });

  it.each([
    ['solveLower', solveLowerRows, solveLowerMany],
    ['solveUpper', solveUpperRows, solveUpperMany],
  ])('%sRows is its form for columns, transposed', (_, ofRows, ofColumns) => {
    const [n, q] = [13, 6];
    const { L } = cholesky(positiveDefinite(n), n);
    const rows = normals(q * n, 'rows');
    const columns = Float64Array.from({ length: n * q }, (_, k) => rows[(k % q) * n + Math.floor(k / q)]);
    const X = ofColumns(L, n, columns, q);
    const Y = ofRows(L, n, rows, q);
    expect(Y.every((v, k) => v === X[(k % n) * q + Math.floor(k / n)])).toBe(true);
  });

  it('write into the array they are given, also over the right-hand side', () => {
    const n = 6;
    const { L } = cholesky(positiveDefinite(n), n);
    for (const solve of [solveLower, solveUpper]) {
      const b = normals(n, 'in place');
      const expected = solve(L, n, b);
      expect(solve(L, n, b, b)).toBe(b);
      expect(b).toEqual(expected);
    }
    for (const solve of [solveLowerMany, solveUpperMany, solveLowerRows, solveUpperRows]) {
      const B = normals(n * 5, 'many in place');
      const expected = solve(L, n, B, 5);
      expect(solve(L, n, B, 5, B)).toBe(B);
      expect(B).toEqual(expected);
    }
  });

  it('solveLower extends: the first entries do not change when L grows', () => {
    const m = 10;
    const { L } = cholesky(positiveDefinite(m), m);
    const b = normals(m, 'extends');
    const whole = solveLower(L, m, b);
    for (let n = 1; n < m; n++) {
      expect(solveLower(leading(L, m, n), n, b.slice(0, n))).toEqual(whole.slice(0, n));
    }
  });

  it.each(SIZES.slice(1))(
    'choleskySolve, choleskyInverse and logDeterminant agree with dense algebra, n = %d',
    (n) => {
      const a = positiveDefinite(n);
      const factor = cholesky(a, n);
      const other = inverse(dense(a, n, n));
      const b = normals(n, 'rhs');
      expect(largestDifference(choleskyInverse(factor), other.to1DArray())).toBeLessThan(ROUNDING);
      expect(
        largestDifference(choleskySolve(factor, b), other.mmul(dense(b, n, 1)).to1DArray()),
      ).toBeLessThan(ROUNDING);
      const fromEntries = Math.log(
        new CholeskyDecomposition(dense(a, n, n)).lowerTriangularMatrix
          .diagonal()
          .reduce((p, v) => p * v * v, 1),
      );
      expect(Math.abs(logDeterminant(factor) - fromEntries)).toBeLessThan(ROUNDING * n);
    },
  );

  it.each(SIZES)('cholesky and choleskyInverse have the same bits in memory used before, n = %d', (n) => {
    const used = cholesky(positiveDefinite(n, 'before'), n).L;
    const memory = inverseMemory(n);
    choleskyInverse(cholesky(positiveDefinite(n, 'before'), n), memory);
    const factor = cholesky(positiveDefinite(n), n, used);
    expect(factor).toEqual(cholesky(positiveDefinite(n), n));
    expect(factor.L).toBe(used);
    expect(choleskyInverse(factor, memory)).toEqual(choleskyInverse(factor));
    expect(choleskyInverse(factor, memory)).toBe(memory.inverse);
  });

  it('choleskyInverse is symmetric to the last bit', () => {
    const inverse = choleskyInverse(cholesky(positiveDefinite(23), 23));
    for (let i = 0; i < 23; i++) {
      for (let j = 0; j < i; j++) expect(inverse[i * 23 + j]).toBe(inverse[j * 23 + i]);
    }
  });

  it('of nothing are nothing', () => {
    const none = cholesky(new Float64Array(0), 0);
    expect(choleskyInverse(none).length).toBe(0);
    expect(logDeterminant(none)).toBe(0);
  });

  it('name wrong lengths', () => {
    const L = Float64Array.of(1, 0, 1, 1);
    const two = new Float64Array(2);
    expect(() => solveLower(L, 3, new Float64Array(3))).toThrow(
      expect.objectContaining({ message: 'solveLower: L must hold n·n = 9 numbers (n = 3), got 4' }),
    );
    expect(() => solveUpperMany(L, 2, two, 3)).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: 'solveUpper: the right-hand side must hold n·q = 6 numbers (n = 2, q = 3), got 2',
      }),
    );
    expect(() => solveLower(L, 2, two, new Float64Array(1))).toThrow(
      expect.objectContaining({ message: 'solveLower: out must hold n·q = 2 numbers (n = 2, q = 1), got 1' }),
    );
  });
});

describe('dots', () => {
  it('blockDots has the bits of dotRange in all sixteen entries', () => {
    const n = 9;
    const a = normals(5 * n, 'left');
    const b = normals(6 * n, 'right');
    const out = new Float64Array(16);
    blockDots(a, 1, b, 2, n, 2, 8, out);
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < 4; c++) expect(out[4 * r + c]).toBe(dotRange(a, (1 + r) * n, b, (2 + c) * n, 2, 8));
    }
  });

  it.each([0, 1, 3, 4, 5, 17])('dot sums all of %d products', (n) => {
    const a = normals(n, 'dot a');
    const b = normals(n, 'dot b');
    expect(Math.abs(dot(a, b) - dotRange(a, 0, b, 0, 0, n))).toBeLessThan(ROUNDING);
  });
});
