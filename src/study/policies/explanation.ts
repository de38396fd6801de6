/**
 * What a policy can say of its model and of its choices: plain data, the same in memory and as JSON.
 *
 * Units: "objective" is what outcomes are told in, in the study's own direction; "standardised" is what the Gaussian process
 * sees, y = (±g(value) − shift) / scale with the outcome transform g, always to be maximised; lengthscales are sides of the
 * unit cube. Every interval is a 95 % one.
 */
import type { Outcome, OutcomeBlock } from '../../trial/index.js';

export type Interval = readonly [low: number, high: number];

/** Everything a policy with a model says of a history. */
export interface PolicyExplanation {
  readonly model: ModelExplanation;
  readonly calibration: Calibration;
  readonly effects: Effects;
  readonly stopping: StoppingAdvice;
}

/** One lengthscale of the kernel: over what distance the objective forgets. */
export interface LengthscaleExplanation {
  /** In sides of the unit cube. */
  readonly value: number;
  /** Distance of its logarithm from the prior mode, in standard deviations of the prior; 0 is the prior itself. */
  readonly fromPrior: number;
}

/** Why the hyper-parameters were fitted when they were. */
export type FitReason = 'first' | 'small' | 'growth' | 'surprise' | 'transform';

export interface ModelExplanation {
  /** Observations the model is conditioned on, and how many trials they come from. */
  readonly observations: number;
  readonly trials: number;
  /** Observations of the history, where the model is made of a part of them. */
  readonly total?: number;
  readonly kernel: string;
  /** In parameter order, shape (d). */
  readonly lengthscales: readonly LengthscaleExplanation[];
  readonly lengthscalePrior: {
    /** Mode of each lengthscale, in sides of the unit cube. */
    readonly mode: number;
    /** Standard deviations of the logarithm: of what all share, and of each one's own. */
    readonly common: number;
    readonly own: number;
  };
  readonly outputScale: {
    /** Prior variance of the function, standardised. */
    readonly value: number;
    /** Whether it is held at the setting's number, not fitted. */
    readonly fixed: boolean;
    /** The same as a standard deviation of the objective, at the constant mean. */
    readonly sd: number;
  };
  readonly noise: {
    /** Inferred variance, standardised; 0 where nothing is inferred. */
    readonly value: number;
    /** The same as a standard deviation of the objective, at the constant mean. */
    readonly sd: number;
    /** `noise`: outcomes differ when a point is tried again; `nugget`: they do not, and it is slack of the model. */
    readonly kind: 'noise' | 'nugget';
    /** Lowest value the fit may find, and whether it found that. */
    readonly floor: number;
    readonly atFloor: boolean;
    /** Median of the variances that came with the outcomes, as a standard deviation of the objective; absent where none did. */
    readonly knownSd?: number;
    readonly prior: unknown;
  };
  readonly transform: { readonly used: 'identity' | 'logit'; readonly setting: string };
  readonly fence: {
    /** Interquartile ranges beyond the worse quartile; null for never. */
    readonly setting: number | null;
    /** Where it stands, in units of the objective; absent where there is none. */
    readonly at?: number;
    /** Observations that lie beyond it. */
    readonly fenced: number;
  };
  /** The constant mean, in units of the objective. */
  readonly constantMean: number;
  /**
   * Groups of images (samples, or blocks of a race) with an offset of their own, and its standard deviation in units of the
   * objective; absent where all outcomes are of one group.
   */
  readonly offsets?: { readonly groups: number; readonly sd: number };
  readonly fit: {
    /** Observations it was made from. */
    readonly observations: number;
    readonly reason: FitReason;
    /** The trial whose suggestion it was made for; absent where it was made for this explanation. */
    readonly trial?: number;
  };
  readonly acquisition: { readonly setting: string; readonly used: string };
  /** What the model had to do without. */
  readonly notes: readonly { readonly kind: string; readonly message: string }[];
}

/** How many observations lie inside an interval of their leave-one-out prediction. */
export interface Coverage {
  /** Nominal share: 0.5, 0.8 or 0.95. */
  readonly level: number;
  readonly inside: number;
  /** Shares that a calibrated model of n independent observations gives in 95 of 100 cases. */
  readonly expected: Interval;
}

/** One observation against what all others say of it. */
export interface LeftOut {
  readonly trial: number;
  /** In units of the objective. */
  readonly observed: number;
  readonly predicted: number;
  readonly interval: Interval;
  /** (observed − predicted) / standard deviation, standardised; above 0 is better than predicted. */
  readonly z: number;
}

/** Leave-one-out checks: each observation predicted from all others, with hyper-parameters held. */
export interface Calibration {
  readonly observations: number;
  readonly coverage: readonly Coverage[];
  /** Root mean square of z; 1 for a calibrated model. */
  readonly rmsZ: number;
  /** The largest |z|, and the chance that the largest of n normal ones is as large: tails that the shares do not show. */
  readonly largestZ: { readonly value: number; readonly chance: number };
  /** Mean log predictive density, and that of a constant with the spread of the others; standardised, in nats. */
  readonly logDensity: number;
  readonly constantLogDensity: number;
  /** Spearman's rank correlation of prediction and value; absent where either does not vary. */
  readonly rankCorrelation?: number;
  /** `heavy-tailed`: more than chance allows are close to their prediction, and more than that far from it. */
  readonly verdict: 'over-confident' | 'under-confident' | 'heavy-tailed' | 'calibrated';
  /** Whether the model predicts better than a constant. */
  readonly informative: boolean;
  /** Largest |z| first. */
  readonly worst: readonly LeftOut[];
}

/** A Sobol' index: of the posterior mean, and over draws of the posterior. */
export interface IndexEstimate {
  readonly ofMean: number;
  readonly mean: number;
  readonly interval: Interval;
}

/** A number over draws of the posterior. */
export interface Estimate {
  readonly mean: number;
  readonly sd: number;
}

export interface ParameterEffect {
  /** Share of the variance over the cube that this parameter explains alone. */
  readonly first: IndexEstimate;
  /** Share that would be left if all others were known: alone and together with others. */
  readonly total: IndexEstimate;
  /** Mean of the objective over the others, at each of `Effects.levels`. */
  readonly curve: readonly Estimate[];
  /** Which end of the curve is better in at least 95 % of the draws; `inside` where a level between both ends is. */
  readonly better: 'low' | 'high' | 'inside' | 'unclear';
  /** Change of the objective when this coordinate of the recommended point alone goes to 0, and to 1. */
  readonly toLow: Estimate;
  readonly toHigh: Estimate;
}

/** What each parameter does to the objective, by the posterior. */
export interface Effects {
  /** In parameter order, shape (d). */
  readonly parameters: readonly ParameterEffect[];
  /** Unit-cube levels of the curves. */
  readonly levels: readonly number[];
  /** Standard deviation of the objective over the cube, by the posterior mean and over draws. */
  readonly spread: { readonly ofMean: number; readonly mean: number; readonly interval: Interval };
  /** Trial of the recommended point. */
  readonly around: number;
  /** Base points of the index estimators, and draws of the posterior. */
  readonly basePoints: number;
  readonly draws: number;
}

/** Whether another evaluation pays, by the model; nothing acts on it. */
export interface StoppingAdvice {
  readonly verdict: 'go-on' | 'little-to-gain' | 'nearly' | 'too-early';
  /** Greatest expected gain of one evaluation over the recommended point, in units of the objective. */
  readonly expectedGain: number;
  /** The same before each of the last trials, newest last. */
  readonly recentGains: readonly number[];
  /** Expected gain if the candidates looked at were all known: what is left for all evaluations to come, at least. */
  readonly gainLeft: number;
  readonly candidates: number;
  /** Standard error of the recommended point's mean, in units of the objective. */
  readonly standardError: number;
  /** The rule: little to gain once the expected gain was below this share of the standard error `patience` times. */
  readonly share: number;
  readonly patience: number;
}

/** A point, and how its trial ended where it did. */
export interface ForeseenPoint {
  /** In the unit cube, shape (d). */
  readonly unit: readonly number[];
  readonly outcome?: Outcome;
  readonly reported?: readonly OutcomeBlock[];
}

/** What the model of a history says of a point before it is tried. */
export interface Foresight {
  /** Observations of the history. */
  readonly observations: number;
  /** Posterior mean at the point, its standard deviation and interval, in units of the objective, noise left out. */
  readonly mean: number;
  readonly sd: number;
  readonly interval: Interval;
  /** What was recommended then. */
  readonly incumbent: { readonly trial: number; readonly mean: number; readonly interval: Interval };
  /** Expected gain over the incumbent's value, in units of the objective. */
  readonly expectedGain: number;
  /** The acquisition at the point; `value` is null where it is not finite, log acquisitions being logarithms. */
  readonly acquisition: { readonly name: string; readonly value: number | null };
  /** Distance in lengthscales to the nearest point that was tried before, and its trial. */
  readonly nearest: { readonly trial: number; readonly distance: number };
  /** How what came out compares: (outcome − prediction) / standard deviation with noise, standardised; absent without a value. */
  readonly z?: number;
}
