/** Opens a study as soon as nobody else writes it. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoSearchError } from '../errors.js';
import type { Study, StudyEvent } from '../index.js';
import { note } from './terminal.js';

/** Between two looks at the lock; commands hold it for well under a second. */
const MILLISECONDS_BETWEEN_LOOKS = 50;

/** A wait longer than this is worth a line. */
const SECONDS_OF_SILENCE = 2;

/**
 * Opens a study, waiting while another process writes it.
 * @param seconds - longest wait; 0 to look once.
 * @throws BoSearchError `E_LOCKED`, which names the other process, when the time is over; what `open` throws else.
 */
async function openWhenFree(open: () => Promise<Study>, seconds: number): Promise<Study> {
  const start = process.uptime();
  let said = false;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const waited = process.uptime() - start;
      if (!isLocked(error) || waited >= seconds) throw error;
      if (!said && waited > SECONDS_OF_SILENCE) {
        note(`waiting for up to ${seconds} s: ${error.message}`);
        said = true;
      }
    }
    await sleep(MILLISECONDS_BETWEEN_LOOKS);
  }
}

/** Carries a task out on an open study and closes it, whatever comes of it. */
export async function withStudy<T>(
  open: () => Promise<Study>,
  seconds: number,
  task: (study: Study) => Promise<T>,
): Promise<T> {
  const study = await openWhenFree(open, seconds);
  try {
    return await task(study);
  } finally {
    await study.close();
  }
}

/** What a study found or had to do without, on standard error. */
export function noteWarnings(event: StudyEvent): void {
  if (event.kind === 'warning') note(`warning: ${event.warning.message}`);
  if (event.kind === 'degraded') note(`warning: trial ${event.trial}: ${event.note.message}`);
}

function isLocked(error: unknown): error is BoSearchError {
  return error instanceof BoSearchError && error.code === 'E_LOCKED';
}
