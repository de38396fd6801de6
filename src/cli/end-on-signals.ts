/** How a long command ends early: signals of the shell become one signal of ours. */
import process from 'node:process';
import { EXIT } from './exit-codes.js';
import { note } from './terminal.js';

/** The first Ctrl-C (or SIGTERM) asks for an end, the second one is one. */
export function endOnSignals(beforeNote: () => void): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    beforeNote();
    note('ending as soon as what is under way allows; press Ctrl-C again to end at once');
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    },
  };
}
