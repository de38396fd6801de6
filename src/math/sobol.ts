/**
 * Sobol points, plain or scrambled: sequences whose first 2^k points fill every 2^-k slice of each axis once.
 *
 * Notation: V[j, b] direction number b of axis j, 32 bits, first digit first. Points come in Gray-code order
 * (Antonov and Saleev 1979): point i is the xor of V[j, b] over the bits b of i ^ (i >> 1).
 * Sources: `sobol-directions.ts`; Matoušek 1998, "On the L2-discrepancy for anchored boxes" (random linear scramble:
 * a lower triangular binary matrix on the digits, then a digital shift).
 */
import type { RandomStream } from './random.js';
import { BoSearchError } from '../errors.js';
import { SOBOL_DIRECTIONS } from './sobol-directions.js';

export const MAX_SOBOL_DIMENSIONS = 128;

const BITS = 32;
const UNIT = 2 ** -BITS;

export interface SobolOptions {
  /** Scrambles with numbers of this stream; default none: the plain points, of which the first is 0. */
  readonly scramble?: RandomStream;
  /** Index of the first point, at least 0; default 0. */
  readonly skip?: number;
}

/**
 * Points `skip` to `skip + n - 1` of the sequence.
 *
 * Plain points are multiples of 2^-32 in [0, 1). Scrambled ones are each uniform on the odd multiples of 2^-33, so
 * that 0 never occurs and normal quantiles are finite. The same stream key gives the same scramble for all n and skip.
 * @param n - number of points, at least 0; skip + n is at most 2^32.
 * @param d - dimensions, from 1 to 128.
 * @returns row-major, shape (n, d).
 * @throws BoSearchError E_ARGUMENT if a number is out of its range.
 */
export function sobolPoints(n: number, d: number, options: SobolOptions = {}): Float64Array {
  const skip = options.skip ?? 0;
  assertInteger('d', d, 1, MAX_SOBOL_DIMENSIONS);
  assertInteger('skip', skip, 0, 2 ** BITS);
  assertInteger('n', n, 0, 2 ** BITS - skip);
  const V = directions(d);
  const state = new Int32Array(d);
  if (options.scramble !== undefined) scramble(V, state, d, options.scramble);
  const offset = options.scramble === undefined ? 0 : UNIT / 2;
  jump(state, V, d, skip);
  const points = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) points[i * d + j] = (state[j] >>> 0) * UNIT + offset;
    if (i + 1 < n) step(state, V, d, skip + i);
  }
  return points;
}

function assertInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new BoSearchError(
    'E_ARGUMENT',
    `sobolPoints: ${name} must be an integer from ${least} to ${most}, got ${value}`,
  );
}

/** V, shape (d, 32): initial numbers, then the recurrence of the primitive polynomial (Joe and Kuo, eq. 2). */
function directions(d: number): Int32Array {
  const V = new Int32Array(d * BITS);
  for (let b = 0; b < BITS; b++) V[b] = 1 << (BITS - 1 - b);
  for (let j = 1; j < d; j++) {
    const [polynomial, ...initial] = SOBOL_DIRECTIONS[j - 1].split(' ').map(Number);
    const degree = initial.length;
    const row = V.subarray(j * BITS, (j + 1) * BITS);
    for (let b = 0; b < BITS; b++) {
      if (b < degree) row[b] = initial[b] << (BITS - 1 - b);
      else row[b] = recurrence(row, b, polynomial, degree);
    }
  }
  return V;
}

function recurrence(row: Int32Array, b: number, polynomial: number, degree: number): number {
  let v = row[b - degree] ^ (row[b - degree] >>> degree);
  for (let k = 1; k < degree; k++) {
    if (((polynomial >> (degree - k)) & 1) === 1) v ^= row[b - k];
  }
  return v;
}

/** Multiplies every direction number by a random lower triangular matrix with unit diagonal, and sets the shift. */
function scramble(V: Int32Array, shift: Int32Array, d: number, stream: RandomStream): void {
  const word = () => Math.floor(stream.uniform() / UNIT) | 0;
  const rows = new Int32Array(BITS);
  for (let j = 0; j < d; j++) {
    for (let r = 0; r < BITS; r++) {
      const own = 1 << (BITS - 1 - r);
      const before = r === 0 ? 0 : -1 << (BITS - r);
      rows[r] = own | (word() & before);
    }
    for (let b = 0; b < BITS; b++) V[j * BITS + b] = multiply(rows, V[j * BITS + b]);
    shift[j] = word();
  }
}

/** Matrix times digit vector over GF(2). */
function multiply(rows: Int32Array, v: number): number {
  let out = 0;
  for (let r = 0; r < BITS; r++) out |= parity(rows[r] & v) << (BITS - 1 - r);
  return out;
}

function parity(v: number): number {
  let x = v ^ (v >>> 16);
  x ^= x >>> 8;
  x ^= x >>> 4;
  return (0x6996 >>> (x & 15)) & 1;
}

/** The point of index `index`, on top of the shift in `state`. */
function jump(state: Int32Array, V: Int32Array, d: number, index: number): void {
  const half = Math.floor(index / 2);
  for (let b = 0; b < BITS; b++) {
    const inGrayCode = (Math.floor(index / 2 ** b) + Math.floor(half / 2 ** b)) % 2 === 1;
    if (!inGrayCode) continue;
    for (let j = 0; j < d; j++) state[j] ^= V[j * BITS + b];
  }
}

/** From point `index` to the next: one xor an axis, with the lowest zero bit of the index. */
function step(state: Int32Array, V: Int32Array, d: number, index: number): void {
  const b = BITS - 1 - Math.clz32(~index & (index + 1));
  for (let j = 0; j < d; j++) state[j] ^= V[j * BITS + b];
}
