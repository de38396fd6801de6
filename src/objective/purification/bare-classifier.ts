/** A classifier without any defence, as a model that can be attacked. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { AttackableModel, CotangentOf, Draw, VjpResult } from '../attacks/model/attackable-model.js';
import type { Classifier } from '../models/classifier.js';
import { assertRuns } from '../tensors/runtime.js';
import type { Runtime } from '../tensors/runtime.js';
import { assertImages, chunksOf } from './image-chunks.js';
import type { PlacedChunk } from './image-chunks.js';
import { meanVjp } from './mean-vjp.js';
import { firstNonFinite } from './non-finite.js';
import { DEFAULT_CHUNK_SIZE, imagesTensor } from './pipeline.js';

export interface BareClassifierOptions {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  /** Images a pass, at least 1; default 100. It changes speed and memory, not results. */
  readonly chunkSize?: number;
}

/** An attackable model that can always be differentiated. */
export interface DifferentiableClassifier extends AttackableModel {
  vjp(images: Float32Array, draw: Draw, cotangent: CotangentOf): Promise<VjpResult>;
}

/**
 * The classifier alone; it draws nothing, so that of a draw only the ids matter, for messages.
 * Calls throw ShapeError or BoSearchError `E_IMAGES` for images that do not fit, `E_NON_FINITE` naming classifier and
 * image, and `E_BACKEND` if another backend runs by then.
 */
export function bareClassifier(options: BareClassifierOptions): DifferentiableClassifier {
  const { runtime, classifier, chunkSize = DEFAULT_CHUNK_SIZE } = options;
  const { height, width, channels } = classifier.image;
  const size = { pixels: height * width * channels, chunkSize };
  const classes = classifier.classes.length;
  const begin = (images: Float32Array, draw: Draw): PlacedChunk[] => {
    assertRuns(runtime, classifier.name);
    assertImages(classifier.name, images, draw.imageIds, size.pixels);
    return chunksOf(images, draw.imageIds, size);
  };
  const logitsOf = async (chunks: readonly PlacedChunk[], count: number): Promise<Float32Array> => {
    const logits = new Float32Array(count * classes);
    for (const chunk of chunks) {
      const output = tf.tidy(() => classifier.logits(imagesTensor(classifier.image, chunk)));
      const values = await output.data<'float32'>();
      output.dispose();
      check(classifier, values, chunk);
      logits.set(values, chunk.from * classes);
    }
    return logits;
  };
  return {
    classes,
    pixels: size.pixels,
    logits: async (images, draw) => logitsOf(begin(images, draw), draw.imageIds.length),
    vjp: async (images, draw, cotangent) => {
      const chunks = begin(images, draw);
      const model = {
        name: classifier.name,
        classes,
        pixels: size.pixels,
        runs: [0],
        logits: () => logitsOf(chunks, draw.imageIds.length),
        run: (x: Tensor4D) => ({ logits: classifier.logits(x) }),
        tensor: (chunk: PlacedChunk) => imagesTensor(classifier.image, chunk),
        check: (logits: Float32Array, _: Float32Array, chunk: PlacedChunk) =>
          check(classifier, logits, chunk),
      };
      return meanVjp(model, chunks, cotangent);
    },
  };
}

function check(classifier: Classifier, logits: Float32Array, { ids }: PlacedChunk): void {
  const wrong = firstNonFinite(logits);
  if (wrong < 0) return;
  const id = ids[Math.floor(wrong / classifier.classes.length)];
  throw new BoSearchError(
    'E_NON_FINITE',
    `${classifier.name}: expected finite numbers in the logits, got ${logits[wrong]} on image "${id}"`,
    { hint: 'check the weights of the classifier' },
  );
}
