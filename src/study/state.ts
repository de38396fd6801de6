/** What a study is at one moment: all that its journal says, and nothing else. */
import { type Space, spaceFromJson } from '../space/index.js';
import type { HeaderRecord } from '../trial/index.js';
import type { Trial } from './trial.js';

/** A point that waits to be tried. */
export interface QueuedPoint {
  /** In user units, shape (d). */
  readonly values: readonly number[];
  readonly label: string;
  /** The blocks to judge it on; absent: what the policy says. */
  readonly blocks?: readonly number[];
}

/** Changed by `applyRecord` alone. */
export interface StudyState {
  readonly header: HeaderRecord;
  readonly space: Space;
  /** Trial of each number. */
  readonly trials: Trial[];
  /** Numbers of the running trials, ascending. */
  readonly running: Set<number>;
  /** Numbers of the running trials that changed hands and had no new block since. */
  readonly handedOver: Set<number>;
  /** Numbers of the ended trials, in the order in which they ended. */
  readonly endings: number[];
  /** All points ever enqueued, in order; the first `enqueuedAsked` of them were asked. */
  readonly enqueued: QueuedPoint[];
  enqueuedAsked: number;
  /** Images in each block of each sample, by `blockKey`. */
  readonly blockSizes: Map<string, number>;
  /** Image judgements reported so far: each image once for each part (clean, attacked) and trial. */
  imagesJudged: number;
}

/** The state of a study that has a header and nothing else. @throws E_SPACE if the header holds no space. */
export function initialState(header: HeaderRecord): StudyState {
  return {
    header,
    space: spaceFromJson(header.space, 'header.space'),
    trials: [],
    running: new Set(),
    handedOver: new Set(),
    endings: [],
    enqueued: [],
    enqueuedAsked: 0,
    blockSizes: new Map(),
    imagesJudged: 0,
  };
}

/** Names a block of a sample. */
export function blockKey(sample: string, block: number): string {
  return `${block} ${sample}`;
}
