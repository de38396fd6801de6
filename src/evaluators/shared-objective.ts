/** One objective made of several that judge alike, such as processes with a device each: trials go to whichever is free. */
import { BoSearchError } from '../errors.js';
import type { BlockObjective } from '../trial/index.js';

/**
 * An objective that judges as many trials at once as there are `objectives`; further ones wait their turn. A trial is
 * judged by one of them from beginning to end.
 * @param objectives - at least one; all give the same outcomes for the same trial.
 * @throws E_ARGUMENT if there is none.
 */
export function sharedObjective(objectives: readonly BlockObjective[]): BlockObjective {
  if (objectives.length === 0) {
    throw new BoSearchError('E_ARGUMENT', 'sharedObjective: expected at least one objective, got none');
  }
  const free = [...objectives];
  const waiting: ((objective: BlockObjective) => void)[] = [];
  const take = async (): Promise<BlockObjective> =>
    free.shift() ?? new Promise<BlockObjective>((resolve) => waiting.push(resolve));
  const giveBack = (objective: BlockObjective): void => {
    const next = waiting.shift();
    if (next === undefined) free.unshift(objective);
    else next(objective);
  };
  return {
    async *evaluate(trial, context) {
      const objective = await take();
      try {
        context.signal.throwIfAborted();
        yield* objective.evaluate(trial, context);
      } finally {
        giveBack(objective);
      }
    },
  };
}
