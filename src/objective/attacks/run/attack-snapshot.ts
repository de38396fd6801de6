/** Where the run of an attack is: all that is needed to go on to the same bytes. */
import type { Tally } from '../model/counted-model.js';
import type { VerificationState } from './verification.js';

/** Plain data: numbers, strings, null, typed arrays, and arrays and objects of those. */
export interface AttackSnapshot {
  /** Share of draws under which every clean image (m) is misclassified. */
  readonly clean: Float64Array;
  /** Images attacked, of those that are right; whole batches. */
  attacked: number;
  /** State of the attack's machine on the batch under way; null between batches. */
  machine: object | null;
  /** Of every image (m) what the attack proposed, (H, W, C) flat each, nearest first. */
  readonly proposals: Float32Array[][];
  /** How far the verification is; null before it. */
  verification: VerificationState | null;
  /** Of every image (m) what was asked about it, in whole rounds. */
  readonly tallies: Tally[];
}
