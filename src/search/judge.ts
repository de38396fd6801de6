/** Who judges α in a search, by shape: this process with a packed model, or a command that speaks JSON lines. */
import type { AttackSummary } from '../objective/evaluation/attack-summary.js';
import type { BlockObjective, ImageOutcomes } from '../trial/index.js';
import type { SearchListener } from './events.js';

/** Image sets that a search takes its samples from; no image is in both. */
export type JudgedSplit = 'search' | 'heldOut';

/** Opens samples of one model, classifier and defence. */
export interface Judge {
  /** What runs, for logs: the tensor runtime, or evaluator and device. */
  readonly description: string;
  readonly model: JudgedModel;
  /**
   * Makes a sample ready: chooses images and attacks them, or finds those an earlier session made.
   * @param options.out - folder of the run.
   * @throws the signal's reason if it is aborted.
   */
  sample(split: JudgedSplit, options: SampleJudgeOptions): Promise<JudgedSample>;
  close(): Promise<void>;
}

export interface SampleJudgeOptions {
  readonly out: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: SearchListener;
}

/** What is judged. */
export interface JudgedModel {
  readonly name: string;
  /** `sha256:…` of what decides outcomes. */
  readonly hash: string;
  /** Names of the latents, in the order of α. */
  readonly latents: readonly string[];
  readonly classes: readonly string[];
}

/** Images on which α can be compared: each judged on the same images with the same noise. */
export interface JudgedSample {
  readonly name: string;
  /** Number of images m. */
  readonly images: number;
  /** Purifications whose logits are averaged, K. */
  readonly draws: number;
  /** True classes (m), where the judge says them. */
  readonly labels?: Int32Array;
  /** What became of the images under the attack, where there is one and the judge says. */
  readonly attack?: AttackSummary;
  /** Judges trials block by block. */
  readonly objective: BlockObjective;
  /** Outcomes of all images under α, or without a defence (null); undefined where the judge has no such row. */
  score(alphas: readonly number[] | null, signal?: AbortSignal): Promise<ImageOutcomes | undefined>;
  dispose(): void;
}
