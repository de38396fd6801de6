/** How mixing the codes of images can be asked for, and how it can end. */
import type { SchedulesFile } from '../../schedules/index.js';
import type { SearchListener } from '../events.js';
import type { MixResults } from './mix-results.js';

export interface RunMixOptions {
  /** Folder for results and pictures; made if need be. */
  readonly out: string;
  /** The configuration's file, for a model folder relative to it. */
  readonly configFile?: string;
  /** Its first learned schedule is taken, or the only one there is. */
  readonly schedules: SchedulesFile;
  /** Folder or journal of the study that learned it, which knows what each latent matters; absent: α decides alone. */
  readonly study?: string;
  /** Rows of the pictures, one an A, from 1 to 64; default 6. */
  readonly rows?: number;
  /** Columns, one a B, from 1 to 64; default 6. */
  readonly columns?: number;
  /** Pairs that are counted, at least 1; default 800. */
  readonly pairs?: number;
  /** Most random subsets of latents that are compared with, at least 1; default 20. */
  readonly subsets?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: SearchListener;
}

/** The codes are mixed, and the files in place. */
export interface FinishedMix {
  readonly kind: 'finished';
  readonly out: string;
  readonly results: MixResults;
  /** Paths of results and pictures. */
  readonly files: readonly string[];
}

/** The signal came; nothing was written. */
export interface InterruptedMix {
  readonly kind: 'interrupted';
  readonly out: string;
}

export type MixOutcome = FinishedMix | InterruptedMix;
