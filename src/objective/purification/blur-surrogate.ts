/**
 * A Gaussian blur in place of a purifier on the way back (BPDA): purifiers keep what is coarse, and so does a blur.
 *
 * Notation: A_h, A_w the blur matrices of `blur.ts`, X an image; blurred = A_h · X · A_wᵀ, whose adjoint is
 * C ↦ A_hᵀ · C · A_w. It differs from the blur itself near borders, where reflection adds weights up.
 */
import type { PurifierSurrogate } from '../attacks/model/bpda.js';
import type { ImageSpec } from '../models/mlvgm.js';
import { blurKernelSize, blurMatrix, gaussianKernel } from './blur.js';
import type { BlurOptions } from './blur.js';

/**
 * The blur as a surrogate, for `bpdaModel`.
 * @throws BoSearchError `E_ARGUMENT` as `createBlur` does.
 */
export function blurSurrogate(
  { sigma, kernelSize }: BlurOptions,
  { height, width, channels }: ImageSpec,
): PurifierSurrogate {
  const kernel = gaussianKernel(sigma, blurKernelSize(kernelSize, height));
  const rows = blurMatrix(kernel, height);
  const columns = blurMatrix(kernel, width);
  const size = height * width * channels;
  return {
    name: `gaussian blur, sigma ${sigma}, ${kernel.length} taps`,
    vjp: (_, cotangent) => {
      const out = new Float32Array(cotangent.length);
      for (let from = 0; from < cotangent.length; from += size) {
        const image = cotangent.subarray(from, from + size);
        const down = transposedProduct(rows, image, { outer: 1, side: height, inner: width * channels });
        out.set(transposedProduct(columns, down, { outer: height, side: width, inner: channels }), from);
      }
      return out;
    },
  };
}

/** Values as (outer, side, inner), row-major. */
interface Layout {
  readonly outer: number;
  readonly side: number;
  readonly inner: number;
}

/** Σ_i A_ij · values_oic for every (o, j, c), A (side, side) row-major; sums in float64. */
function transposedProduct(
  A: Float32Array,
  values: ArrayLike<number>,
  { outer, side, inner }: Layout,
): Float64Array {
  const out = new Float64Array(outer * side * inner);
  for (let o = 0; o < outer; o += 1) {
    for (let at = 0; at < side * side; at += 1) {
      const weight = A[at];
      if (weight === 0) continue;
      const i = (o * side + Math.floor(at / side)) * inner;
      const j = (o * side + (at % side)) * inner;
      for (let c = 0; c < inner; c += 1) out[j + c] += weight * values[i + c];
    }
  }
  return out;
}
