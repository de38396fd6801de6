/** Reference values of the bundled model from PyTorch in float64; made by training/make_fixtures.py. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

interface FixtureHeader {
  readonly weights: string;
  readonly file: string;
  readonly ids: readonly string[];
  readonly labels: { readonly fine: readonly number[]; readonly coarse: readonly number[] };
  readonly temperature: number;
  readonly alphas: { readonly alpha0: readonly number[]; readonly linear: readonly number[] };
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly offset: number }>>;
}

export interface TorchFixtures extends FixtureHeader {
  /** Values of a named tensor, NHWC with batch. */
  values(name: string): Float32Array;
  /** The same as a tensor. */
  tensor(name: string): Tensor;
}

export function readTorchFixtures(): TorchFixtures {
  const folder = new URL('../fixtures/fashion-mnist/', import.meta.url);
  const header = JSON.parse(readFileSync(new URL('tensors.json', folder), 'utf8')) as FixtureHeader;
  const bytes = readFileSync(new URL(header.file, folder));
  const entry = (name: string) => {
    const found = header.tensors[name];
    if (found === undefined) throw new Error(`no fixture ${name}`);
    return found;
  };
  const values = (name: string): Float32Array => {
    const { shape, offset } = entry(name);
    const size = shape.reduce((n, length) => n * length, 1);
    return Float32Array.from({ length: size }, (_, i) => bytes.readFloatLE(4 * (offset + i)));
  };
  return { ...header, values, tensor: (name) => tf.tensor(values(name), [...entry(name).shape]) };
}

/** ∂/∂logits of the softmax cross-entropy of labels: softmax − one-hot. */
export function crossEntropySlope(labels: readonly number[]): (logits: Float32Array) => Float32Array {
  return (logits) => {
    const classes = logits.length / labels.length;
    return logits.map((_, at) => {
      const row = Math.floor(at / classes);
      const scores = logits.subarray(row * classes, (row + 1) * classes);
      const top = Math.max(...scores);
      const sum = scores.reduce((total, score) => total + Math.exp(score - top), 0);
      const share = Math.exp((logits[at] ?? NaN) - top) / sum;
      return share - (at % classes === labels[row] ? 1 : 0);
    });
  };
}
