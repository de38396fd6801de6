// How far two points' scores on the same 200 images differ by chance, for the choice of ρ and ℓ in shared-images.mjs.
//
//   node bench/arena/spread.mjs
//
// The bundled model (coarse task, 200 images, K = 1; sd of a difference): independent 0.025, common random numbers
// 0.0062 (cosine − linear), 0.0060 (cosine − near), 0.013 (cosine − step 4): variances 16 and 3.4 times less.
import { randomStream } from '../../dist/math/index.js';
import { IMAGES, RHO, RMS_LENGTHSCALE, sharedImages } from './problems/shared-images.mjs';

const SAMPLES = 200;
const CHANCE = 0.85;

/** Root-mean-square distances: cosine from linear for 12 latents is 0.075, a random pair is 0.41, cosine from step 4 0.28. */
const DISTANCES = [0.02, 0.075, 0.15, 0.28, 0.41];

for (const d of [8, 16, 24]) {
  for (const distance of DISTANCES) console.log(line(d, distance));
}

function line(d, distance) {
  const differences = [];
  for (let s = 0; s < SAMPLES; s++) {
    const stream = randomStream('spread', d, s);
    const u = Array.from({ length: d }, () => 0.3 + 0.4 * stream.uniform());
    const step = Array.from({ length: d }, () => stream.normal());
    const length = Math.sqrt(step.reduce((sum, v) => sum + v * v, 0) / d);
    const v = u.map((x, j) => x + (step[j] * distance) / length);
    const outcomes = sharedImages(d, ['spread', d, s]);
    differences.push(mean(outcomes(u, CHANCE)) - mean(outcomes(v, CHANCE)));
  }
  const sd = Math.sqrt(differences.reduce((sum, v) => sum + v * v, 0) / SAMPLES);
  const independent = Math.sqrt((2 * CHANCE * (1 - CHANCE)) / IMAGES);
  const less = (independent / sd) ** 2;
  return `rho ${RHO} l ${RMS_LENGTHSCALE} d ${d} rms distance ${distance}: sd ${sd.toFixed(4)}, independent ${independent.toFixed(4)}, ${less.toFixed(1)} times less variance`;
}

function mean(outcomes) {
  return outcomes.filter(Boolean).length / outcomes.length;
}
