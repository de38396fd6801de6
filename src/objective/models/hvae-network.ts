/** The networks of the hierarchical VAE, as training/model.py trains them. Tensors are NHWC. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { silu } from '../tensors/activations.js';
import type { ConvLayer } from '../tensors/layers.js';
import type { HvaeArchitecture } from './manifest.js';
import type { LayerBuilder } from './weights.js';

type Scale = HvaeArchitecture['scales'][number];
type Map4D = (x: Tensor4D) => Tensor4D;

/** The networks of one latent. */
export interface HvaeLatent {
  /** Which of the three features its context reads; 0 is the coarsest. */
  readonly scale: number;
  readonly context: ConvLayer;
  readonly merge: ConvLayer;
  readonly posteriorMix: ConvLayer;
  /** Posterior mean only: nothing here samples the posterior. */
  readonly posteriorHead: ConvLayer;
  /** μ_p and log σ_p; absent for the first latent, whose prior is N(0, 1). */
  readonly prior: { readonly mean: ConvLayer; readonly logSigma: ConvLayer } | undefined;
  readonly inject: ConvLayer;
  readonly cell: Map4D;
  /** After the last latent of a scale: the way to the next. */
  readonly up: { readonly layer: ConvLayer; readonly block: number } | undefined;
}

export interface HvaeNetwork {
  readonly latents: readonly HvaeLatent[];
  /** h before the first latent, (1, 1, 1, C). */
  readonly initial: Tensor4D;
  readonly headUp: ConvLayer;
  readonly headCell: Map4D;
  readonly headPixels: ConvLayer;
  /** log σ_p is held within ± this. */
  readonly logSigmaBound: number;
  /** Images (B, H, W, C) to one feature tensor a scale, coarsest first. */
  encode(images: Tensor4D): Tensor4D[];
}

/** Takes every layer of the architecture from the builder. */
export function buildHvaeNetwork(
  builder: LayerBuilder,
  architecture: HvaeArchitecture,
  imageChannels: number,
): HvaeNetwork {
  const { scales, stemChannels, stemMiddle, padImage } = architecture;
  const [coarse, , fine] = scales;
  return {
    initial: builder.tensor<Tensor4D>('initial', [coarse.channels], [1, 1, 1, coarse.channels]),
    latents: buildLatents(builder, scales),
    headUp: pointwise(builder, 'head_up', fine.channels, 4 * stemChannels),
    headCell: buildCell(builder, 'head_cell', stemChannels, stemMiddle, 3),
    // Trained with a padding of 1 and cropped by padImage after depth-to-space; the rim is not computed here.
    headPixels: builder.conv('head_pixels', {
      kernel: 3,
      inputs: stemChannels,
      outputs: 4 * imageChannels,
      padding: 1 - padImage / 2,
    }),
    logSigmaBound: architecture.logSigmaBound,
    encode: buildEncoder(builder, architecture, imageChannels),
  };
}

function buildEncoder(
  builder: LayerBuilder,
  architecture: HvaeArchitecture,
  imageChannels: number,
): (images: Tensor4D) => Tensor4D[] {
  const { scales, stemChannels, stemMiddle, padImage, encoderCells, downPadding } = architecture;
  const [coarse, middle, fine] = scales;
  const [top, bottom, left, right] = downPadding;
  const down = (path: string, inputs: number, outputs: number, more = 0): ConvLayer =>
    builder.conv(path, {
      kernel: 3,
      inputs,
      outputs,
      stride: 2,
      padding: { top: top + more, bottom: bottom + more, left: left + more, right: right + more },
    });
  // The zeros around the image and those of the convolution are one padding.
  const stem = down('encoder.stem', imageChannels, stemChannels, padImage);
  const stemCell = buildCell(builder, 'encoder.stem_cell', stemChannels, stemMiddle, 3);
  const toFine = down('encoder.down_fine', stemChannels, fine.channels);
  const toMiddle = down('encoder.down_middle', fine.channels, middle.channels);
  const toCoarse = builder.conv('encoder.down_coarse', {
    kernel: middle.size,
    inputs: middle.channels,
    outputs: coarse.channels,
    // One output: the stride does not matter forward, and makes the gradient a single product.
    stride: middle.size,
  });
  const cells = scales.map((scale, s) =>
    Array.from({ length: encoderCells }, (_, k) =>
      buildCell(builder, `encoder.cells.${s}.${k}`, scale.channels, scale.middle, scale.kernel),
    ),
  );
  const refine = (s: number, x: Tensor4D): Tensor4D => (cells[s] ?? []).reduce((y, cell) => cell(y), x);
  return (images) => {
    const fineFeatures = refine(2, toFine.apply(stemCell(stem.apply(images))));
    const middleFeatures = refine(1, toMiddle.apply(fineFeatures));
    return [refine(0, toCoarse.apply(middleFeatures)), middleFeatures, fineFeatures];
  };
}

function buildLatents(builder: LayerBuilder, scales: HvaeArchitecture['scales']): HvaeLatent[] {
  const [coarse, middle, fine] = scales;
  const ups = [
    { path: 'up_middle', inputs: coarse.channels, outputs: middle.channels, block: middle.size },
    { path: 'up_fine', inputs: middle.channels, outputs: fine.channels, block: 2 },
  ];
  const all = scales.flatMap((scale, s) =>
    Array.from({ length: scale.groups }, (_, group) => ({
      scale,
      s,
      lastOfScale: group === scale.groups - 1,
    })),
  );
  return all.map(({ scale, s, lastOfScale }, i) => {
    const up = lastOfScale ? ups[s] : undefined;
    return {
      scale: s,
      ...buildLatent(builder, `latents.${i}`, scale, i === 0),
      up: up && {
        layer: pointwise(builder, up.path, up.inputs, up.block * up.block * up.outputs),
        block: up.block,
      },
    };
  });
}

function buildLatent(
  builder: LayerBuilder,
  path: string,
  scale: Scale,
  first: boolean,
): Omit<HvaeLatent, 'scale' | 'up'> {
  const { channels, middle, kernel, z } = scale;
  // Means are the first half of a head's outputs, log σ the second.
  const head = (name: string, inputs: number, from: number): ConvLayer =>
    builder.conv(name, { kernel: 1, inputs, outputs: 2 * z, use: [from, from + z] });
  return {
    context: pointwise(builder, `${path}.context`, channels, middle),
    merge: builder.conv(`${path}.merge`, { kernel: 1, inputs: channels, outputs: middle, bias: false }),
    posteriorMix: builder.conv(`${path}.posterior_mix`, {
      kernel,
      inputs: middle,
      outputs: middle,
      padding: (kernel - 1) / 2,
    }),
    posteriorHead: head(`${path}.posterior_head`, middle, 0),
    prior: first
      ? undefined
      : { mean: head(`${path}.prior_head`, channels, 0), logSigma: head(`${path}.prior_head`, channels, z) },
    inject: builder.conv(`${path}.inject`, { kernel: 1, inputs: z, outputs: channels, bias: false }),
    cell: buildCell(builder, `${path}.cell`, channels, middle, kernel),
  };
}

/** x + expand(silu(mix(silu(reduce(x))))). */
function buildCell(
  builder: LayerBuilder,
  path: string,
  channels: number,
  middle: number,
  kernel: number,
): Map4D {
  const reduce = pointwise(builder, `${path}.reduce`, channels, middle);
  const padding = (kernel - 1) / 2;
  const mix = builder.conv(`${path}.mix`, { kernel, inputs: middle, outputs: middle, padding });
  const expand = pointwise(builder, `${path}.expand`, middle, channels);
  return (x) => tf.add(x, expand.apply(silu(mix.apply(silu(reduce.apply(x))))));
}

function pointwise(builder: LayerBuilder, path: string, inputs: number, outputs: number): ConvLayer {
  return builder.conv(path, { kernel: 1, inputs, outputs });
}
