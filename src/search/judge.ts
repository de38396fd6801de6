/** Who judges α in a search, by shape: this process with a packed model, or a command that speaks JSON lines. */
import type { AttackSummary } from '../objective/evaluation/attack-summary.js';
import type { PassedOver } from '../objective/tensors/runtime.js';
import type { BlockObjective, ImageOutcomes, Json } from '../trial/index.js';
import type { SearchListener } from './events.js';
import type { RefreshRound } from './refreshes.js';

/** Image sets that a search takes its samples from; no image is in both. */
export type JudgedSplit = 'search' | 'heldOut';

/** Opens samples of one model, classifier and defence. */
export interface Judge {
  /** What runs, for logs: the tensor runtime, or evaluator and device. */
  readonly description: string;
  /** Where `backend: auto` chose: what it passed over, and why. */
  readonly passedOver?: readonly PassedOver[];
  readonly model: JudgedModel;
  /** What a resumed search must find again. */
  readonly facts: { readonly model: ModelFacts; readonly defence: DefenceFacts };
  /**
   * Checks that there are images enough for both splits, before anything is begun.
   * @throws BoSearchError `E_CONFIG` with the key, how many there are and how many are asked for.
   */
  assertEnoughImages(): Promise<void>;
  /**
   * Makes a sample ready: chooses images and attacks them, or finds those an earlier session made.
   * @throws the signal's reason if it is aborted.
   */
  sample(split: JudgedSplit, options: SampleJudgeOptions): Promise<JudgedSample>;
  close(): Promise<void>;
}

export interface OpenJudgeOptions {
  /** The configuration's file, for folders relative to it and places in messages. */
  readonly configFile?: string;
  /** Gives a slow start up. */
  readonly signal?: AbortSignal;
  readonly onEvent?: SearchListener;
}

export interface SampleJudgeOptions {
  /** Folder of the run. */
  readonly out: string;
  /** Of the search images: against whom they are made; every α = 0 where absent. */
  readonly refresh?: RefreshRound;
  readonly signal?: AbortSignal;
  readonly onEvent?: SearchListener;
}

/** The model a search is for, as the journal's header names it. */
export interface ModelFacts {
  readonly name: string;
  /** `sha256:…` of what decides outcomes: of a packed model its weights, of an evaluator what it says. */
  readonly hash: string;
  /** Hash of a packed model's classifier. */
  readonly classifier?: string;
  /** Hash of the image pools, and how the task maps their classes. */
  readonly images?: string;
  readonly fromFine?: readonly number[];
  /** Names of an evaluator's classes. */
  readonly classes?: readonly string[];
  /** Names of the latents, for readers without the model. */
  readonly latents: readonly string[];
}

/** The defence but α and attenuation, as the judge resolves it. */
export interface DefenceFacts {
  readonly preprocessing: Json;
  /** Null for what an evaluator's model was made for. */
  readonly temperature: number | null;
  /** The tensor backend that runs; an evaluator has none. */
  readonly backend?: string;
}

/** What is judged. */
export interface JudgedModel {
  readonly name: string;
  /** Names of the latents, in the order of α. */
  readonly latents: readonly string[];
  readonly classes: readonly string[];
}

/** Images on which α can be compared: each judged on the same images with the same noise. */
export interface JudgedSample {
  /** Names images, attack, noise and draws; the same name, the same objective as a function of α. */
  readonly name: string;
  /** Number of images m that α are searched or compared on; the sample of a race has fresh ones after them. */
  readonly images: number;
  /** Purifications whose logits are averaged, K. */
  readonly draws: number;
  /** True classes (m), where the judge says them. */
  readonly labels?: Int32Array;
  /** What became of the images under the attack, where there is one and the judge says. */
  readonly attack?: AttackSummary;
  /** Whether there are outcomes without a defence. */
  readonly undefended: boolean;
  /** Judges trials block by block. */
  readonly objective: BlockObjective;
  /** Outcomes of those m images under α, or without a defence (null); undefined where the judge has no such row. */
  score(alphas: readonly number[] | null, signal?: AbortSignal): Promise<ImageOutcomes | undefined>;
  dispose(): void;
}
