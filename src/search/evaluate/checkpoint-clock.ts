/** When an attack is to write down where it is: now and then, and more seldom where writing takes long. */
import { performance } from 'node:perf_hooks';

/** Writing takes at most one part in so many of the time: checkpoints of large images are gigabytes. */
const TIMES_AS_LONG = 20;

export interface CheckpointClock {
  /** True if it is time to write. */
  isDue(): boolean;
  /** Told when a round is over and what was due is written. */
  roundOver(): void;
}

/**
 * @param seconds - least time between two writings; 0 for every round, however long writing takes.
 * @param now - the time, in milliseconds.
 */
export function checkpointClock(
  seconds: number,
  now: () => number = () => performance.now(),
): CheckpointClock {
  let written = now();
  let wait = 1000 * seconds;
  let begun: number | undefined;
  return {
    isDue() {
      const time = now();
      if (time - written < wait) return false;
      begun = time;
      return true;
    },
    roundOver() {
      if (begun === undefined) return;
      written = now();
      wait = seconds === 0 ? 0 : Math.max(1000 * seconds, TIMES_AS_LONG * (written - begun));
      begun = undefined;
    },
  };
}
