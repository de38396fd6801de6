/** What every attack works on, and the model it may ask. */
import type { AttackableModel, Draw } from '../model/attackable-model.js';

/** A model that gives gradients. */
export type DifferentiableModel = Required<Pick<AttackableModel, 'vjp'>> & AttackableModel;

/** What an attack works on: B images the model gets right. */
export interface AttackBatch<Model extends AttackableModel = AttackableModel> {
  readonly model: Model;
  /** Clean images (B, H, W, C) flat, values in [0, 1]. Not to be changed. */
  readonly images: Float32Array;
  /** True classes (B). */
  readonly labels: Int32Array;
  /** Ids (B); all randomness of an image follows its id, so that its result is the same in any batch. */
  readonly ids: readonly string[];
  /** Noise key of the model's draws. */
  readonly key: string;
  /** Seed of the attack's own random choices. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** One fresh run of the model for rows of a batch. */
export function drawOfRows(
  { key, ids }: Pick<AttackBatch, 'key' | 'ids'>,
  rows: Int32Array,
  index: number,
): Draw {
  return { key, index, imageIds: Array.from(rows, (row) => ids[row]) };
}

/** Things worth knowing of an attack on one image; none of them makes a success. */
export interface AttackFlags {
  /** A gradient was exactly 0 although one was asked for, so that the attack could not choose a direction there. */
  readonly zeroGradient: boolean;
  /** A logit or a gradient was NaN or infinite; such steps were not taken. */
  readonly nonFinite: boolean;
}
