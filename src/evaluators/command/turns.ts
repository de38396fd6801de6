/** One at a time, in the order of asking. */

/** Runs the task when all those before it have ended; rejects with what the task throws. */
export type TakeTurn = <T>(task: () => Promise<T>) => Promise<T>;

export function createTurns(): TakeTurn {
  let last: Promise<unknown> = Promise.resolve();
  return async (task) => {
    const run = last.then(task);
    last = run.catch(() => undefined);
    return run;
  };
}
