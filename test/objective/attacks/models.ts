/** Small exact models to attack: everything about them is known in closed form. */
import type { DifferentiableModel } from '../../../src/objective/attacks/contract/attack-batch.js';
import type { AttackableModel, Draw } from '../../../src/objective/attacks/model/attackable-model.js';
import { randomStream } from '../../../src/math/random.js';

/** Affine logits z = W x + b, W (K, d) row-major. */
export interface Affine {
  readonly classes: number;
  readonly pixels: number;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** Noise added to every logit: a function of draw, id and class alone. */
type LogitNoise = (draw: Draw, id: string, k: number) => number;

/** The affine model, with noise on its logits where given; answers do not depend on the batch. */
export function affineModel(
  affine: Affine,
  noise: LogitNoise = () => 0,
): DifferentiableModel & { draws: Draw[] } {
  const { classes, pixels, weights, bias } = affine;
  const draws: Draw[] = [];
  const logits = (images: Float32Array, draw: Draw): Float32Array => {
    draws.push(draw);
    return Float32Array.from({ length: draw.imageIds.length * classes }, (_, at) => {
      const [row, k] = [Math.floor(at / classes), at % classes];
      let z = bias[k] + noise(draw, draw.imageIds[row], k);
      for (let j = 0; j < pixels; j += 1) z += weights[k * pixels + j] * images[row * pixels + j];
      return z;
    });
  };
  return {
    classes,
    pixels,
    draws,
    logits: async (images, draw) => logits(images, draw),
    async vjp(images, draw, cotangent) {
      const z = logits(images, draw);
      const c = typeof cotangent === 'function' ? cotangent(z) : cotangent;
      const gradient = Float32Array.from({ length: images.length }, (_, at) => {
        const [row, j] = [Math.floor(at / pixels), at % pixels];
        let sum = 0;
        for (let k = 0; k < classes; k += 1) sum += c[row * classes + k] * weights[k * pixels + j];
        return sum;
      });
      return { logits: z, gradient };
    },
  };
}

/** Logits (f, 0) with f = w·x + b: class 0 where f > 0. */
export function binaryModel(w: readonly number[], b: number, noise?: LogitNoise) {
  const weights = Float64Array.from([...w, ...w.map(() => 0)]);
  return affineModel({ classes: 2, pixels: w.length, weights, bias: Float64Array.of(b, 0) }, noise);
}

/** Constant logits: every gradient is 0. */
export function constantModel(logits: readonly number[], pixels: number) {
  const weights = new Float64Array(logits.length * pixels);
  return affineModel({ classes: logits.length, pixels, weights, bias: Float64Array.from(logits) });
}

/** A random affine model with weights of size about 1. */
export function randomAffine(classes: number, pixels: number, seed: number): Affine {
  const stream = randomStream('test-affine', seed);
  const weights = new Float64Array(classes * pixels);
  stream.fillNormal(weights);
  return { classes, pixels, weights, bias: new Float64Array(classes) };
}

/** Normal noise on the first logit, keyed by draw and id. */
export function keyedNoise(scale: number): LogitNoise {
  return (draw, id, k) =>
    k === 0 ? scale * randomStream('test-noise', draw.key, draw.index, id).normal() : 0;
}

/** m images of d values drawn uniformly from [low, high], with ids `i0`, `i1`, …. */
export function uniformImages(m: number, d: number, seed: number, low = 0.4, high = 0.6) {
  const stream = randomStream('test-images', seed);
  const images = Float32Array.from({ length: m * d }, () => low + (high - low) * stream.uniform());
  return { images, ids: Array.from({ length: m }, (_, row) => `i${row}`) };
}

/** Labels that the model itself gives. */
export async function ownLabels(
  model: AttackableModel,
  images: Float32Array,
  ids: readonly string[],
): Promise<Int32Array> {
  const z = await model.logits(images, { key: 'labels', index: 0, imageIds: ids });
  return Int32Array.from(ids, (_, row) => {
    const own = z.subarray(row * model.classes, (row + 1) * model.classes);
    return own.indexOf(Math.max(...own));
  });
}
