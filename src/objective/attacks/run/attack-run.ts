/** What the run of an attack is given, and what comes of it. */
import type { Attack } from '../contract/attack.js';
import type { AttackFlags } from '../contract/attack-batch.js';
import type { AttackableModel } from '../model/attackable-model.js';
import type { Tally } from '../model/counted-model.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import type { FooledShares, Verification } from './verification.js';

/** What became of one image. */
export interface AttackedImage {
  readonly id: string;
  /** `clean-error`: wrong before any attack, left as it was. `success`: the stored float32 image is misclassified. */
  readonly outcome: 'clean-error' | 'success' | 'failure';
  /** Whether the stored image is misclassified under fresh draws, as float32 and after rounding to 8 bits. */
  readonly fooled: { readonly float32: boolean; readonly eightBit: boolean };
  /** ‖δ‖₂ of the stored float32 image, in float64; 0 for clean errors. */
  readonly norm: number;
  readonly flags: AttackFlags;
}

/** The same, with what an evaluation reports beside it. */
export interface AttackedImageDetail extends AttackedImage {
  /** Share of the fresh draws that were fooled; of a clean error, those that the clean image fools. */
  readonly shares: FooledShares;
  /** What the attack asked about the image; judging it before and after is not counted. */
  readonly tally: Tally;
}

export interface AttackProgress {
  /** Images attacked so far. */
  readonly done: number;
  /** Images to attack: those the model gets right. */
  readonly total: number;
}

export interface AttackRun {
  readonly attack: Attack;
  /** The model the attack asks, and whose gradients it follows. */
  readonly model: AttackableModel;
  /** The model that decides clean errors and success; `model` itself where absent. */
  readonly victim?: AttackableModel;
  /** Clean images (m, H, W, C) flat, values in [0, 1]. */
  readonly images: Float32Array;
  /** True classes (m). */
  readonly labels: Int32Array;
  /** Ids (m), every one once. */
  readonly ids: readonly string[];
  readonly seed: number;
  /** Images attacked at once; no result depends on it. Default 100. */
  readonly batchSize?: number;
  /** How clean errors and successes are decided; default one fresh draw. */
  readonly verification?: Verification;
  /** Where an earlier run with the same options was, changed by this one; from the beginning if absent. */
  readonly from?: AttackSnapshot;
  /**
   * Told after the clean images were judged, after every round of the attack, after every batch and after every round of
   * verification (`machine` is null but after a round of the attack), before anything else happens. The snapshot shares memory with the run: write it down before you answer.
   */
  readonly onSnapshot?: (snapshot: AttackSnapshot) => Promise<void> | void;
  readonly onProgress?: (progress: AttackProgress) => void;
  readonly signal?: AbortSignal;
}

export interface AttackRunResult {
  /** Stored images (m, H, W, C) flat; clean errors, and minimum-norm failures, unchanged. */
  readonly images: Float32Array;
  readonly perImage: readonly AttackedImageDetail[];
}
