/** A plain convolutional classifier: convolutions with ReLU, then one dense layer over all that is left. */
import * as tf from '@tensorflow/tfjs-core';
import type { Classifier } from './classifier.js';
import type { CnnArchitecture } from './manifest.js';
import type { ImageSpec } from './mlvgm.js';
import { buildFromWeights } from './weights.js';

export interface CnnClassifierOptions {
  readonly name: string;
  readonly hash: string;
  readonly classes: readonly string[];
  readonly image: ImageSpec;
  readonly architecture: CnnArchitecture;
}

/**
 * Builds the classifier from its weights.
 * @param bytes - safetensors with `conv.i.kernel`, `conv.i.bias`, `dense.kernel` (h·w·c, K) and `dense.bias`; the dense
 * layer reads the last maps row by row, channels innermost.
 * @throws BoSearchError `E_WEIGHTS` or `E_NON_FINITE`, naming file and tensor.
 */
export function createCnnClassifier(
  bytes: Uint8Array,
  file: string,
  options: CnnClassifierOptions,
): Classifier {
  const { name, hash, classes, image, architecture } = options;
  const { channels, strides, kernel, padding } = architecture;
  const [top, bottom, left, right] = padding;
  const features =
    outputSide(image.height, architecture, top + bottom) *
    outputSide(image.width, architecture, left + right) *
    (channels.at(-1) ?? 0);
  const { value: network, dispose } = buildFromWeights(bytes, file, (builder) => ({
    convolutions: channels.map((outputs, i) =>
      builder.conv(`conv.${i}`, {
        kernel,
        inputs: i === 0 ? image.channels : (channels[i - 1] ?? 0),
        outputs,
        stride: strides[i] ?? 1,
        padding: { top, bottom, left, right },
        activation: 'relu',
      }),
    ),
    dense: builder.dense('dense', features, classes.length),
  }));
  return {
    name,
    hash,
    classes,
    image,
    logits: (images) =>
      tf.tidy(() => {
        const maps = network.convolutions.reduce((x, layer) => layer.apply(x), images);
        return network.dense.apply(tf.reshape(maps, [images.shape[0], features]));
      }),
    dispose,
  };
}

/** Height or width after all convolutions. */
function outputSide(side: number, { strides, kernel }: CnnArchitecture, zeros: number): number {
  return strides.reduce((n, stride) => Math.floor((n + zeros - kernel) / stride) + 1, side);
}
