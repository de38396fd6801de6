/**
 * Registers gradients with TensorFlow.js.
 *
 * tfjs-core 4.22 comes without any gradient under Node, and those of the umbrella package are wrong in places without
 * a word (max pooling on wasm, 'same' average pooling, half-pixel resizing …). So the list here is short and every
 * entry is held to finite differences; a kernel that is not in it fails with "gradient function not found".
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig } from '@tensorflow/tfjs-core';
import { ELEMENTWISE_GRADIENTS } from './elementwise.js';
import { LINEAR_GRADIENTS } from './linear.js';
import { SHAPE_GRADIENTS } from './shape.js';

const ALL: readonly GradConfig[] = [...ELEMENTWISE_GRADIENTS, ...SHAPE_GRADIENTS, ...LINEAR_GRADIENTS];

/** Kernels that models may use on the way from images to logits. */
export const DIFFERENTIABLE_KERNELS: readonly string[] = ALL.map((config) => config.kernelName);

/** Gives TensorFlow.js the gradients of this folder, in place of any it has. Done once more, it changes nothing. */
export function registerGradients(): void {
  for (const config of ALL) {
    if (tf.getGradient(config.kernelName) !== config) tf.registerGradient(config);
  }
}

/** Kernels that have a gradient now, from wherever. */
export function registeredGradients(): string[] {
  // tfjs-core exports the name of every kernel as a constant.
  const names = new Set((Object.values(tf) as unknown[]).filter((value) => typeof value === 'string'));
  return [...names].filter((name) => !isMissing(tf.getGradient(name)));
}

/** Takes gradients away again, so that a pass through such a kernel fails loudly. */
export function removeGradients(kernels: readonly string[]): void {
  for (const kernel of kernels) tf.unregisterGradient(kernel);
}

function isMissing(config: GradConfig | undefined): boolean {
  return config === undefined;
}
