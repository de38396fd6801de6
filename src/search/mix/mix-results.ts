/** What mixing codes found, as `mix.json` holds it: no clocks, the same work gives the same bytes. */
import type { CodeReason, CodeRule, ResamplingLoss } from '../../objective/mixing/choose-codes.js';
import type { PairDifference, PairShare } from '../../objective/mixing/pair-shares.js';

export const MIX_FILE = 'mix.json';
export const MIX_PICTURE = 'mix.png';
export const RE_ENCODED_PICTURE = 'mix-re-encoded.png';

/** What is known of one latent. */
export interface MixedLatent {
  readonly name: string;
  readonly effectiveAlpha: number;
  readonly role: 'class' | 'detail';
  readonly reason: CodeReason;
  /** What re-sampling it alone costs at the study's recommended point; absent without a study's model. */
  readonly loss?: ResamplingLoss;
  /** Its total effect: share of the objective's variance over all α, with its 95 % interval; absent likewise. */
  readonly totalEffect?: { readonly mean: number; readonly interval: readonly [number, number] };
  /** Root mean square over the images of its standardised residuals. */
  readonly residualSize: number;
  /** Whether that is large enough for the latent to carry anything. */
  readonly live: boolean;
}

/** Whose class the classifier answers with; the three add up to 1. */
export interface FollowedShares {
  readonly a: PairShare;
  readonly b: PairShare;
  readonly other: PairShare;
}

/** The same with random latents in place of the class codes. */
export interface RandomLatents {
  /** `all`: drawn among all latents; `live`: among those that carry something, as many as class codes do. */
  readonly from: 'all' | 'live';
  /** Latents swapped. */
  readonly size: number;
  /** How many such subsets there are beside the class codes. */
  readonly outOf: number;
  /** Share of pairs that follow A's class, by subset (places of latents). */
  readonly subsets: readonly { readonly latents: readonly number[]; readonly a: number }[];
  /** Means over pairs and subsets. */
  readonly shares: FollowedShares;
  /** Subsets with which A's class is followed as often as with the class codes, or more often. */
  readonly asOften: number;
  /** Class codes − mean over the subsets of how often A's class is followed, pair by pair. */
  readonly difference: PairDifference;
}

export interface MixResults {
  readonly format: 'bo-search/mix';
  readonly version: 1;
  readonly versions: { readonly boSearch: string; readonly node: string };
  readonly backend: string;
  readonly seed: number;
  readonly model: {
    readonly name: string;
    readonly hash: string;
    readonly classifier: string;
    readonly images: string;
  };
  readonly task: string;
  readonly classes: readonly string[];
  readonly schedule: {
    readonly kind: string;
    readonly alphas: readonly number[];
    readonly attenuation: number;
  };
  readonly rule: CodeRule & {
    /** In words. */
    readonly says: string;
    /** Trial whose α the losses are around; absent where α alone decides. */
    readonly trial?: number;
  };
  readonly latents: readonly MixedLatent[];
  readonly images: {
    readonly split: 'heldOut';
    readonly chosen: number;
    /** Those whose own decoded codes the classifier answers rightly: pairs are made of them alone. */
    readonly right: number;
  };
  /** Pairs of different classes, and how many images occur in them. */
  readonly pairs: { readonly count: number; readonly images: number };
  /** What the intervals assume. */
  readonly intervals: string;
  /** Class codes of A with detail codes of B, residuals swapped. */
  readonly classCodes: FollowedShares;
  /** The same with B encoded again along the mixed walk. */
  readonly reEncoded: FollowedShares;
  readonly random: readonly RandomLatents[];
  /** Ids of the pictures' images, from the top and from the left. */
  readonly picture: { readonly a: readonly string[]; readonly b: readonly string[] };
}
