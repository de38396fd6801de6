/**
 * The contract of attacks with a fixed budget: the most damaging image within an L2 ball.
 *
 * Minimum-norm attacks answer another question (how far is the nearest error) and will be a type of their own.
 */
import type { AttackableModel } from './attackable-model.js';

/** A model that gives gradients. */
export type DifferentiableModel = Required<AttackableModel>;

/** Things worth knowing of an attack on one image; none of them makes a success. */
export interface AttackFlags {
  /** A gradient was exactly 0, so that the attack could not choose a direction there. */
  readonly zeroGradient: boolean;
  /** A logit or a gradient was NaN or infinite; such steps were not taken. */
  readonly nonFinite: boolean;
}

/** What an attack works on: B images the model gets right. */
export interface AttackBatch {
  readonly model: DifferentiableModel;
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

export interface Perturbed {
  /** (B, H, W, C) flat. */
  readonly images: Float32Array;
  /** One an image (B). */
  readonly flags: readonly AttackFlags[];
}

/** One attack with its settings. It proposes images; whether they are valid and succeed is checked by its caller. */
export interface FixedBudgetAttack<Settings extends FixedBudgetSettings = FixedBudgetSettings> {
  readonly kind: 'fixed-budget';
  /** Every setting, defaults filled in: what the attack is, as manifests keep it. */
  readonly settings: Settings;
  perturb(batch: AttackBatch): Promise<Perturbed>;
}

/** What the settings of every fixed-budget attack have. */
export interface FixedBudgetSettings {
  readonly name: string;
  /** ε, the largest ‖δ‖₂ over all values of an image with values in [0, 1]; above 0. */
  readonly l2Bound: number;
}
