/** The settings of APGD in either norm, and which loss they come to. */
import { z } from 'zod';
import type { AttackLoss } from '../losses/attack-loss.js';
import { DLR, DLR_CLASSES, TARGETED_DLR } from '../losses/dlr.js';
import { LOG_ODDS } from '../losses/log-odds.js';
import { MARGIN, TARGETED_MARGIN } from '../losses/margin.js';
import type { ApgdCheckpoints } from './apgd-checkpoints.js';
import { countSchema, flagSchema } from './settings.js';

/** `ce`: cross-entropy. `dlr`: difference of logits ratio. `dlr-targeted`: towards one other class after another. */
export type ApgdLoss = 'ce' | 'dlr' | 'dlr-targeted';

/** What APGD climbs once it knows the number of classes. */
export type LossInUse = ApgdLoss | 'margin' | 'margin-targeted';

/** ρ, the published share. */
const RHO = 0.75;

/** Other classes that public code aims at. */
const TARGETS = 9;

const RHO_RANGE = 'expected a number above 0 and at most 1';

/** What APGD has in either norm, beside its name and bound. */
export const apgdSchemas = {
  loss: z.enum(['ce', 'dlr', 'dlr-targeted'], 'expected "ce", "dlr" or "dlr-targeted"').default('ce'),
  iterations: countSchema.default(100),
  restarts: countSchema.default(1),
  targets: countSchema.default(TARGETS),
  start: z.enum(['random', 'clean'], 'expected "random" or "clean"').default('random'),
  rho: z.number(RHO_RANGE).gt(0, RHO_RANGE).max(1, RHO_RANGE).default(RHO),
  checkpoints: z.enum(['paper', 'autoattack'], 'expected "paper" or "autoattack"').default('paper'),
  earlyStop: flagSchema.default(false),
};

export interface ApgdOptions {
  /** What is climbed; default 'ce'. DLR needs four classes: with two or three it is the margin (`lossInUse`). */
  readonly loss?: ApgdLoss;
  /** N, gradients a run, at least 1; default 100. */
  readonly iterations?: number;
  /** Runs (of every target, where there are targets), at least 1; default 1. */
  readonly restarts?: number;
  /** Of 'dlr-targeted': other classes aimed at, those of highest clean logits, at most K − 1; default 9. */
  readonly targets?: number;
  /** Where a run begins: at a random point of the sphere of radius ε, or at the clean image, from the second run on always at random. Default 'random'. */
  readonly start?: 'random' | 'clean';
  /** ρ: the share of steps that have to raise the loss for the step to stay as it is, in (0, 1]; default 0.75. */
  readonly rho?: number;
  /** When that is looked at; default 'paper'. Both are the same for N = 100. */
  readonly checkpoints?: ApgdCheckpoints;
  /** Leave an image alone at once when a point of it is misclassified, not only after the run; default false. */
  readonly earlyStop?: boolean;
}

export type ApgdSettings = Required<ApgdOptions>;

/**
 * The loss that APGD takes for K classes: DLR needs four, with fewer its place is taken by the margin.
 * For two classes cross-entropy, the margin and the targeted margin have the same direction.
 */
export function lossInUse({ loss }: Pick<ApgdSettings, 'loss'>, classes: number): LossInUse {
  if (loss === 'ce' || classes >= DLR_CLASSES) return loss;
  return loss === 'dlr' ? 'margin' : 'margin-targeted';
}

/** The loss by its name. */
export const APGD_LOSSES: Readonly<Record<LossInUse, AttackLoss>> = {
  ce: LOG_ODDS,
  dlr: DLR,
  'dlr-targeted': TARGETED_DLR,
  margin: MARGIN,
  'margin-targeted': TARGETED_MARGIN,
};
