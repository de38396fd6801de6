// BinomialAlpha-CRN: every point is judged on the same images with the same noise, as in a search for α.
//
// Notation: p(u) chance of success, m images, a_i fixed standard normals, g_i fixed unit-variance random functions.
//   outcome_i(u) = 1 if Φ⁻¹(p(u)) > √ρ·a_i + √(1 − ρ)·g_i(u)
//   g_i(u) = Σ_k (A_ik cos(ω_ik·u/ℓ) + B_ik sin(ω_ik·u/ℓ)) / √F,  ω, A, B standard normal
// For every u the right-hand side is exactly standard normal over images, so that the marginal of an outcome is p(u);
// over two points it has correlation ρ + (1 − ρ)·exp(−|u − v|²/(2ℓ²)) on average over frequencies.
// Source: Rahimi and Recht 2007 (random Fourier features of the Gaussian kernel).
import { normalQuantile, randomStream } from '../../../dist/math/index.js';

/** Images of one sample, and of one block of it. */
export const IMAGES = 200;
export const BLOCK_IMAGES = 25;

/**
 * Share of an image's hardness that no point changes, and lengthscale of g in the root-mean-square distance of two
 * points. With them, points 0.075 apart (as cosine and linear are for 12 latents) have 16 times less variance of their
 * difference than with independent images, and points as far apart as random ones 3.4 times less: what was measured on
 * the bundled model. `node bench/arena/spread.mjs` measures it here.
 */
export const RHO = 0.86;
export const RMS_LENGTHSCALE = 0.3;

const FREQUENCIES = 32;

/**
 * Draws the images of a sample.
 * @param {number} d dimensions
 * @param {(string | number)[]} key of the sample; another key gives fresh images.
 * @param {{ images?: number, rho?: number, rmsLengthscale?: number }} [options]
 * @returns {(u: readonly number[], p: number, from?: number, to?: number) => boolean[]} outcomes of images from … to − 1.
 */
export function sharedImages(d, key, options = {}) {
  const { images = IMAGES, rho = RHO, rmsLengthscale = RMS_LENGTHSCALE } = options;
  const drawn = Array.from({ length: images }, (_, i) => drawImage(d, [...key, i]));
  const scale = 1 / (rmsLengthscale * Math.sqrt(d));
  const common = Math.sqrt(rho);
  const own = Math.sqrt((1 - rho) / FREQUENCIES);
  return (u, p, from = 0, to = images) => {
    const level = normalQuantile(p);
    return drawn
      .slice(from, to)
      .map((image) => level > common * image.hardness + own * waves(image, u, scale));
  };
}

function drawImage(d, key) {
  const stream = randomStream('crn-image', ...key);
  const hardness = stream.normal();
  const normals = (length) => {
    const out = new Float64Array(length);
    stream.fillNormal(out);
    return out;
  };
  return {
    hardness,
    omega: normals(FREQUENCIES * d),
    cosines: normals(FREQUENCIES),
    sines: normals(FREQUENCIES),
  };
}

/** √F·g(u) */
function waves({ omega, cosines, sines }, u, scale) {
  const d = u.length;
  let sum = 0;
  for (let k = 0; k < FREQUENCIES; k++) {
    let phase = 0;
    for (let j = 0; j < d; j++) phase += omega[k * d + j] * u[j];
    phase *= scale;
    sum += cosines[k] * Math.cos(phase) + sines[k] * Math.sin(phase);
  }
  return sum;
}
