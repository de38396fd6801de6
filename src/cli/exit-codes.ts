/** What the process answers to its shell. */
import { BoSearchError, type ErrorCode } from '../errors.js';

export const EXIT = { done: 0, internal: 1, usage: 2, state: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The table every `--help` ends with. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    internal error (please report it)
  2    usage or bad input: options, configuration, model, images, schedules
  3    state: another writer, damaged journal, changed configuration, file in the way, full disk,
       a trial that has ended, an evaluator that stays away, evaluations that keep failing,
       a replay that differs, a check that fails
  130  interrupted; the same command goes on`;

/** Errors about what is on the disk or held by others; all other codes are about what the user gave. */
const STATE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'E_LOCKED',
  'E_JOURNAL',
  'E_STORAGE',
  'E_TRIAL_STATE',
  'E_CONFIG_CHANGED',
  'E_EVALUATOR',
]);

/** The exit code of an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof BoSearchError)) return EXIT.internal;
  return STATE.has(error.code) ? EXIT.state : EXIT.usage;
}
