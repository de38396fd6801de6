/**
 * What an evaluation found out, before anything is summed up: one cell for every attack against every defence, and the
 * checks beside them. Tables, curves and warnings are functions of this alone. Plain data, no clocks.
 */
import type { Ball } from '../attacks/geometry/ball.js';
import type { GradientPath } from '../attacks/model/attackable-model.js';
import type { ExpectationPlan } from '../attacks/model/expected-model.js';
import type { AttackedImageDetail } from '../attacks/run/run-attack.js';
import type { Verification } from '../attacks/run/verification.js';

export type { ExpectationPlan };

/** An attack as an evaluation runs it. */
export interface EvaluatedAttack {
  /** Distinct, for people and files, for example `pgd-l2 ε=1`. */
  readonly label: string;
  /** Attacks of one family differ in their bound alone. */
  readonly family: string;
  readonly kind: 'fixed-budget' | 'minimum-norm';
  /** Of a fixed budget. */
  readonly ball?: Ball;
  /** Complete settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly expectation: ExpectationPlan;
  readonly gradients: GradientPath;
}

/** One attack against one defence. */
export interface AttackCell {
  /** Label of the defence. */
  readonly defence: string;
  readonly attack: EvaluatedAttack;
  readonly verification: Verification;
  /** In the order of the evaluation's images; an attack may have had fewer, the first so many. */
  readonly perImage: readonly AttackedImageDetail[];
}

/** Images made elsewhere, judged behind a defence. */
export interface TransferCell {
  /** Label of the defence that judges; `purifier off` re-scores its own images on the bare classifier. */
  readonly defence: string;
  /** Where the images come from: the label of a defence. */
  readonly from: string;
  /** Label of the attack that made them. */
  readonly attack: string;
  readonly judge: 'defence' | 'purifier-off';
  /** Per image, in the cell's order: was it wrong clean, and is the stored image wrong now? */
  readonly perImage: readonly {
    readonly id: string;
    readonly cleanError: boolean;
    readonly fooled: boolean;
  }[];
}

/** Random noise of a norm instead of an attack. */
export interface NoiseCell {
  readonly defence: string;
  readonly ball: Ball;
  /** Random points tried an image. */
  readonly tries: number;
  readonly perImage: readonly {
    readonly id: string;
    readonly cleanError: boolean;
    readonly fooled: boolean;
  }[];
}

/** One attack against one defence with several numbers of draws, on the first few images. */
export interface ConvergenceCell {
  readonly defence: string;
  readonly attack: string;
  readonly images: number;
  /** Increasing numbers of draws. */
  readonly draws: readonly number[];
  /** Verified successes at each. */
  readonly successes: readonly number[];
}

/** A defence as an evaluation sees it. */
export interface EvaluatedDefence {
  readonly label: string;
  /** α before attenuation; absent without a generative model. */
  readonly alphas?: readonly number[];
  readonly effectiveAlphas?: readonly number[];
  readonly preprocessing: Readonly<Record<string, unknown>>;
  /** K, purifications whose logits are averaged. */
  readonly purifications: number;
  /** `sha256:…` of model, classifier and settings. */
  readonly hash: string;
  /** True if its clean outputs look like probabilities: in [0, 1] and adding up to 1. */
  readonly looksLikeSoftmax: boolean;
  /** True if two draws on the same image differ. */
  readonly draws: boolean;
}

export interface EvaluationData {
  readonly classes: readonly string[];
  /** Ids of the evaluation's images. */
  readonly images: readonly string[];
  /** Of these, the ones a search was run on. */
  readonly searched: readonly string[];
  readonly defences: readonly EvaluatedDefence[];
  readonly cells: readonly AttackCell[];
  readonly transfers: readonly TransferCell[];
  readonly noise: readonly NoiseCell[];
  readonly convergence: readonly ConvergenceCell[];
}
