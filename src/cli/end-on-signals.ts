/** How a long command ends early: signals of the shell become one signal of ours. */
import process from 'node:process';
import { EXIT } from './exit-codes.js';
import { note } from './terminal.js';

/** Ctrl-C, a polite end, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Commands that call `endOnSignals`; the others are ended by the system, even in the middle of a long computation. */
const LONG_COMMANDS: ReadonlySet<string | undefined> = new Set([
  'run',
  'baselines',
  'attack',
  'evaluate',
  'doctor',
]);

let dropEarly: (() => void) | undefined;

/** Until a long command looks after signals itself, one ends it in words: nothing was begun. */
export function answerEarlySignals(args: readonly string[]): void {
  if (!LONG_COMMANDS.has(args[0])) return;
  const end = (): void => {
    note('interrupted before anything was begun');
    if (!args.includes('--json')) process.exit(EXIT.interrupted);
    process.stdout.write('{"kind":"interrupted"}\n', () => process.exit(EXIT.interrupted));
  };
  dropEarly = listen(end);
}

/** The first Ctrl-C (or SIGTERM, or SIGHUP) asks for an end, the second one is one. */
export function endOnSignals(beforeNote: () => void): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    beforeNote();
    note('ending as soon as what is under way allows; press Ctrl-C again to end at once');
    controller.abort(new Error('interrupted'));
  };
  const dispose = listen(onSignal);
  dropEarly?.();
  dropEarly = undefined;
  return { signal: controller.signal, dispose };
}

/** Listens to all of them; the answer stops that. */
function listen(onSignal: () => void): () => void {
  for (const name of SIGNALS) process.on(name, onSignal);
  return () => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
}
