/**
 * What can be said of a trial: outcomes of images in blocks, the measurement they add up to, or plain numbers.
 *
 * Notation: m images, clean bit c_i and robust bit r_i of image i, score s_i = w_c·c_i + w_r·r_i.
 */

/** One character an image: '1' classified rightly, '0' wrongly. */
export type Bits = string;

/** Per-image results of one block; at least one of the two is there, and both are as long as the block. */
export interface ImageOutcomes {
  /** Results on the clean images. */
  readonly clean?: Bits;
  /** Results on the attacked images. */
  readonly robust?: Bits;
}

/** Results of one block of a sample: the unit in which an objective reports and a study decides. */
export interface OutcomeBlock {
  /** Name of the sample: one image set and one noise key. */
  readonly sample: string;
  /** Position of the block in its sample, from 0. */
  readonly block: number;
  readonly outcomes: ImageOutcomes;
}

/** Weights of clean and robust accuracy in the score; both at least 0, their sum 1. */
export interface ScoreWeights {
  readonly clean: number;
  readonly robust: number;
}

/** The mean of per-image scores on one sample, with the variance those scores imply. */
export interface Measurement {
  readonly sample: string;
  /** Number of images m, at least 1. */
  readonly images: number;
  /** Mean score, in [0, 1]. */
  readonly mean: number;
  /** Variance of the mean over draws of images: the scores' sample variance (denominator m − 1) over m; 0.25 / m for m = 1. */
  readonly variance: number;
  /** Share of clean images classified rightly, where it was measured. */
  readonly clean?: number;
  /** Share of attacked images classified rightly, where it was measured. */
  readonly robust?: number;
}

/** A plain number, with the variance of its noise where it is known; noise is independent from trial to trial. */
export interface ValueOutcome {
  readonly value: number;
  readonly variance?: number;
}

/** Independent yes/no draws: `successes` of `trials`, with binomial noise. */
export interface CountOutcome {
  readonly successes: number;
  readonly trials: number;
}

/** The trial gave no value, and why. */
export interface FailedOutcome {
  readonly failed: string;
}

/** Everything `study.tell` takes. */
export type Outcome = ValueOutcome | CountOutcome | Measurement | FailedOutcome;
