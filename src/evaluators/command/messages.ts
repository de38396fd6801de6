/**
 * The words of the evaluator protocol, version 1: one JSON object a line, requests on the child's standard input,
 * replies on its standard output. `docs/evaluator-protocol.md` says the same in prose.
 *
 * The child answers every request but `cancel` once, by a message with the request's id, and may send any number of
 * `progress` messages before. At most one of them is open at a time; a `cancel` may come meanwhile. The end of its input
 * asks the child to exit. Standard error is free text.
 */
import type { Bits } from '../../trial/index.js';
import type { DefenceSpec } from './defence-spec.js';
import type {
  AttackableSpec,
  GradientReply,
  ImagesRequest,
  LogitsRequest,
  PixelsReply,
  ScoresReply,
  VjpRequest,
} from './model-messages.js';

export const PROTOCOL_VERSION = 1;

/** First request of every process. */
export interface DescribeRequest {
  readonly id: number;
  readonly kind: 'describe';
  readonly protocol: typeof PROTOCOL_VERSION;
  /** Which of the evaluator's tasks, where the configuration names one. */
  readonly task?: string;
}

/** Makes a sample ready: chooses images, attacks them. Only sent to evaluators that can `sample`. */
export interface SampleRequest {
  readonly id: number;
  readonly kind: 'sample';
  readonly sample: SampleSpec;
}

/** Judges α on one block of a sample. */
export interface EvaluateRequest {
  readonly id: number;
  readonly kind: 'evaluate';
  /** The sample the block is of, whole, so that simple evaluators need keep nothing. */
  readonly sample: SampleSpec;
  /** The sample's name, as in the journal. */
  readonly name: string;
  /** α before attenuation, one a latent, in [0, 1]; null asks for the classifier without a defence. */
  readonly alphas: readonly number[] | null;
  /** Images [from, to) of the sample, in its order. */
  readonly block: { readonly index: number; readonly from: number; readonly to: number };
  /** The search's seed. */
  readonly seed: number;
}

/** Asks to give up the request `of`; answered by `cancelled` (or its result) under that id, not under this one. */
export interface CancelRequest {
  readonly id: number;
  readonly kind: 'cancel';
  readonly of: number;
}

export type EvaluatorRequest =
  | DescribeRequest
  | SampleRequest
  | EvaluateRequest
  | ImagesRequest
  | LogitsRequest
  | VjpRequest
  | CancelRequest;

/** All that makes a sample: equal specifications must give equal outcomes, in any process and in any order. */
export interface SampleSpec {
  /** Image set by name, one of the description's `sets`. */
  readonly set: string;
  /** Number of images. */
  readonly images: number;
  /** Decides which images and the attack's randomness. */
  readonly seed: number;
  /** Key of the purification noise, which follows (noiseKey, image id, latent, purification) and never the trial. */
  readonly noiseKey: string;
  /** Purifications whose logits are averaged, K. */
  readonly draws: number;
  /** What is judged: accuracy on clean images, on attacked ones, or both. */
  readonly parts: readonly ('clean' | 'robust')[];
  readonly defence: DefenceSpec;
  /** How attacked images are made; null where `parts` has no `robust`. */
  readonly attack: AttackSpec | null;
}

/** The attack, every default filled in. */
export interface AttackSpec {
  readonly kind: 'pgd-l2' | 'fgsm-l2';
  /** The bare classifier, or the whole defence with every α = 0. */
  readonly against: 'classifier' | 'defence';
  /** Largest L2 norm over all values of an image in [0, 1]. */
  readonly l2Bound: number;
  /** Leave out images on which the attack failed; images that were wrong before stay. */
  readonly keepOnlySuccessful: boolean;
  /** pgd-l2 */
  readonly steps?: number;
  readonly stepSize?: number;
  readonly randomStart?: boolean;
  readonly restarts?: number;
  /** fgsm-l2 */
  readonly direction?: 'gradient' | 'sign';
}

/** Answer to `describe`. */
export interface DescriptionReply {
  readonly id: number;
  readonly kind: 'description';
  readonly protocol: typeof PROTOCOL_VERSION;
  readonly evaluator: { readonly name: string; readonly version: string };
  /** `hash`, `sha256:` and 64 hexadecimal digits, names all that decides outcomes: weights of model and classifier. */
  readonly model: { readonly name: string; readonly hash: string };
  /** In the order of α. */
  readonly latents: readonly { readonly name: string; readonly shape?: readonly number[] }[];
  /** Names of the classes, for people: at most 30,000, no two the same. */
  readonly classes: readonly string[];
  /** Image sets; `search` and `heldOut` are those that a run uses. */
  readonly sets: readonly { readonly name: string; readonly images: number }[];
  /** What ran, for example `cuda:0`. */
  readonly device?: string;
  /** What it knows beyond `describe` and `evaluate`. */
  readonly can?: readonly ('sample' | 'cancel' | 'no-defence')[];
  /** There where it knows `images` and `logits`, and can be attacked. */
  readonly attackable?: AttackableSpec;
}

/** Answer to `sample`. */
export interface SampledReply {
  readonly id: number;
  readonly kind: 'sampled';
  /** Images in the sample; fewer than asked for only with `keepOnlySuccessful`. */
  readonly images: number;
  /** `sha256:…` of clean and attacked images, labels and ids: it must be the same in every process. */
  readonly hash: string;
  readonly ids?: readonly string[];
  /** True classes, one an image: gives accuracies by class in the results. */
  readonly labels?: readonly number[];
  /** What became of the images under the attack, counted before any were left out. */
  readonly attack?: {
    readonly images: number;
    readonly cleanErrors: number;
    readonly successes: number;
    /** Attacked images, clean errors apart, that are misclassified after rounding to 8 bits. */
    readonly eightBitSuccesses?: number;
    readonly zeroGradients?: number;
    readonly nonFinite?: number;
  };
}

/** Answer to `evaluate`: one character an image of the block, '1' classified rightly. */
export interface OutcomesReply {
  readonly id: number;
  readonly kind: 'outcomes';
  readonly clean?: Bits;
  readonly robust?: Bits;
}

/** The request goes on; also a sign of life, which puts off the time limit of silence. */
export interface ProgressReply {
  readonly id: number;
  readonly kind: 'progress';
  readonly done: number;
  readonly of: number;
  /** What is being done, for people. */
  readonly note?: string;
}

/** The request was given up because of a `cancel`. */
export interface CancelledReply {
  readonly id: number;
  readonly kind: 'cancelled';
}

/** The request could not be answered; the process goes on. */
export interface ErrorReply {
  readonly id: number;
  readonly kind: 'error';
  readonly message: string;
}

export type EvaluatorReply =
  | DescriptionReply
  | SampledReply
  | OutcomesReply
  | PixelsReply
  | ScoresReply
  | GradientReply
  | ProgressReply
  | CancelledReply
  | ErrorReply;
