/** A long job under the eyes of its user: progress on standard error, and an end by Ctrl-C. */
import process from 'node:process';
import type { SearchListener } from '../search/index.js';
import { endOnSignals } from './end-on-signals.js';
import { liveProgress } from './live-progress.js';
import { styleOf } from './terminal.js';

/** What a job is given to be watched and ended by. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onEvent: SearchListener;
}

/** Runs a job; when it is over, or threw, the line of progress is ended and signals are the system's again. */
export async function underWay<T>(job: (watch: Watch) => Promise<T>): Promise<T> {
  const progress = liveProgress(styleOf(process.stderr));
  const ending = endOnSignals(() => progress.end());
  try {
    return await job({ signal: ending.signal, onEvent: (event) => progress.show(event) });
  } finally {
    progress.end();
    ending.dispose();
  }
}
