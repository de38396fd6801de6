/**
 * Covariances of query points with fixed points, held for the query they were made for.
 *
 * The acquisition asks one batch of points first for the posterior, then for covariances with reference points, and
 * both need these. A batch equal to the last one is not computed again.
 * Notation: n fixed points, q query points, d dimensions. A chunk is an (n, width) matrix, one column a query.
 */
import type { Hyperparameters } from './hyperparameters.js';
import type { Profile } from './kernels/profile.js';
import { scaleInputs } from './metric.js';

/** Query points of one chunk: few enough that an (n, 64) block stays in the cache, many enough to feed the solves. */
const CHUNK = 64;

const NONE = new Float64Array(0);

/** One chunk: columns `first` to `first + width − 1` of the query. */
export interface CrossChunk {
  readonly first: number;
  readonly width: number;
  /** s·k, shape (n, width). */
  readonly values: Float64Array;
  /** s·dk/d(r²), shape (n, width); empty where no slopes were asked for. */
  readonly slopes: Float64Array;
}

/** The fixed points, scaled, shape (n, d), and the kernel. */
export interface FixedPoints {
  readonly profile: Profile;
  readonly z: Float64Array;
  readonly n: number;
  readonly hyperparameters: Hyperparameters;
}

export class CrossCovariance {
  readonly z: Float64Array;
  readonly lengthscales: Float64Array;
  /** The query points of the last load, scaled, shape (q, d). */
  scaled: Float64Array = new Float64Array(0);
  readonly #points: FixedPoints;
  #query: Float64Array | undefined;
  #chunks: readonly CrossChunk[] = [];
  #hasSlopes = false;

  constructor(points: FixedPoints) {
    this.z = points.z;
    this.lengthscales = points.hyperparameters.lengthscales;
    this.#points = points;
  }

  /** The chunks of x (q, d), with slopes where asked for; valid until the next call. */
  load(x: Float64Array, q: number, slopes: boolean): readonly CrossChunk[] {
    if (this.#holds(x) && (this.#hasSlopes || !slopes)) return this.#chunks;
    this.#query = x.slice();
    this.scaled = scaleInputs(x, q, this.lengthscales);
    const chunks: CrossChunk[] = [];
    for (let first = 0; first < q; first += CHUNK) {
      chunks.push(this.#chunk(first, Math.min(CHUNK, q - first), slopes));
    }
    this.#chunks = chunks;
    this.#hasSlopes = slopes;
    return chunks;
  }

  /** The chunks of x (q, d) one after the other, none held, all in the same memory where they have the same width. */
  each(x: Float64Array, q: number, visit: (chunk: CrossChunk) => void): void {
    this.scaled = scaleInputs(x, q, this.lengthscales);
    this.#query = undefined;
    let values = new Float64Array(0);
    for (let first = 0; first < q; first += CHUNK) {
      const width = Math.min(CHUNK, q - first);
      if (values.length !== this.#points.n * width) values = new Float64Array(this.#points.n * width);
      const chunk = { first, width, values, slopes: NONE };
      fillChunk(this.#points, this.scaled, chunk);
      visit(chunk);
    }
  }

  /** Covariances with x (q, d) as one matrix, shape (n, q). */
  matrix(x: Float64Array, q: number): Float64Array {
    this.scaled = scaleInputs(x, q, this.lengthscales);
    this.#query = undefined;
    return this.#chunk(0, q, false).values;
  }

  #holds(x: Float64Array): boolean {
    const held = this.#query;
    if (held?.length !== x.length) return false;
    for (let p = 0; p < x.length; p++) if (held[p] !== x[p]) return false;
    return true;
  }

  #chunk(first: number, width: number, withSlopes: boolean): CrossChunk {
    const size = this.#points.n * width;
    const chunk = {
      first,
      width,
      values: new Float64Array(size),
      slopes: new Float64Array(withSlopes ? size : 0),
    };
    fillChunk(this.#points, this.scaled, chunk);
    return chunk;
  }
}

function fillChunk(points: FixedPoints, query: Float64Array, chunk: CrossChunk): void {
  const { profile, z, hyperparameters } = points;
  const { first, width, values, slopes } = chunk;
  const { outputScale, lengthscales } = hyperparameters;
  const d = lengthscales.length;
  const withSlopes = slopes.length > 0;
  for (let at = 0, row = 0; at < values.length; row += d) {
    for (let c = 0, p = first * d; c < width; c++, at++) {
      let squared = 0;
      for (let k = row; k < row + d; k++, p++) {
        const difference = z[k] - query[p];
        squared += difference * difference;
      }
      const r = Math.sqrt(squared);
      const k = profile.correlation(r);
      values[at] = outputScale * k;
      if (withSlopes) slopes[at] = outputScale * profile.slope(r, k);
    }
  }
}
