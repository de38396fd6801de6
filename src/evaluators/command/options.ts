/** How an evaluator is started and how patient one is with it. */
import { BoSearchError } from '../../errors.js';
import { showValue } from '../../schedules/show-value.js';
import type { EvaluatorListener } from './events.js';

/** Waits before restarts: `firstSeconds`, then each `factor` times the one before, at most `mostSeconds`. */
export interface Backoff {
  /** At least 0; default 1. */
  readonly firstSeconds: number;
  /** At least 1; default 2. */
  readonly factor: number;
  /** At least 0; default 60. */
  readonly mostSeconds: number;
}

export interface CommandEvaluatorOptions {
  /** Program and arguments, started without a shell; with `shell` exactly one text. */
  readonly command: readonly string[];
  /** Have the system's shell read the command; default false. */
  readonly shell?: boolean;
  /** Folder it is started in; default the caller's. */
  readonly cwd?: string;
  /** Added to the caller's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Which of its tasks, sent with `describe`. */
  readonly task?: string;
  /** From the start to the description; above 0, default 300. */
  readonly startSeconds?: number;
  /** Without a message about the open request; above 0, default 600. */
  readonly silenceSeconds?: number;
  /** To answer a `cancel` or to exit when its input ended, before it is killed; at least 0, default 10. */
  readonly graceSeconds?: number;
  /** Restarts in a row without one good answer before giving up; an integer of at least 0, default 5. */
  readonly restarts?: number;
  readonly backoff?: Backoff;
  /** Longest line of its standard output in bytes; an integer of at least 1, default 64 MiB. */
  readonly maxLineBytes?: number;
  readonly onEvent?: EvaluatorListener;
}

/** Options with every default filled in. */
export interface EvaluatorSettings {
  readonly command: readonly string[];
  readonly shell: boolean;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly task: string | undefined;
  readonly startSeconds: number;
  readonly silenceSeconds: number;
  readonly graceSeconds: number;
  readonly restarts: number;
  readonly backoff: Backoff;
  readonly maxLineBytes: number;
  readonly onEvent: EvaluatorListener;
}

const DEFAULTS = {
  shell: false,
  startSeconds: 300,
  silenceSeconds: 600,
  graceSeconds: 10,
  restarts: 5,
  backoff: { firstSeconds: 1, factor: 2, mostSeconds: 60 },
  maxLineBytes: 64 * 1024 * 1024,
} as const;

/** Longest wait in seconds; timers of Node hold 2³¹ ms. */
const MOST_SECONDS = 2_000_000;

/**
 * Fills defaults in and checks.
 * @throws BoSearchError `E_CONFIG` naming the option.
 */
export function evaluatorSettings(options: CommandEvaluatorOptions): EvaluatorSettings {
  const settings: EvaluatorSettings = {
    ...DEFAULTS,
    env: {},
    cwd: undefined,
    task: undefined,
    onEvent: () => undefined,
    ...options,
  };
  checkCommand(settings);
  checkSeconds('startSeconds', settings.startSeconds, true);
  checkSeconds('silenceSeconds', settings.silenceSeconds, true);
  checkSeconds('graceSeconds', settings.graceSeconds, false);
  checkSeconds('backoff.firstSeconds', settings.backoff.firstSeconds, false);
  checkSeconds('backoff.mostSeconds', settings.backoff.mostSeconds, false);
  if (!(settings.backoff.factor >= 1))
    throw wrong('backoff.factor', 'a number of at least 1', settings.backoff.factor);
  checkInteger('restarts', settings.restarts, 0);
  checkInteger('maxLineBytes', settings.maxLineBytes, 1);
  return settings;
}

/** Seconds before the restart of that number (from 1). */
export function backoffSeconds({ firstSeconds, factor, mostSeconds }: Backoff, attempt: number): number {
  return Math.min(mostSeconds, firstSeconds * factor ** (attempt - 1));
}

/** `evaluator "python"`, for the beginning of messages. */
export function evaluatorName({ command }: Pick<EvaluatorSettings, 'command'>): string {
  return `evaluator ${showValue(command[0])}`;
}

function checkCommand({ command, shell, cwd, env }: EvaluatorSettings): void {
  if (!Array.isArray(command) || command.length === 0 || command[0] === '') {
    throw wrong('command', 'a list of program and arguments', command);
  }
  const words: [string, unknown][] = [
    ...command.map((word, i): [string, unknown] => [`command[${i}]`, word]),
    ...Object.entries(env).map(([key, value]): [string, unknown] => [`env.${key}`, value]),
    ...(cwd === undefined ? [] : [['cwd', cwd] as [string, unknown]]),
  ];
  for (const [place, word] of words) {
    if (typeof word !== 'string' || word.includes('\0')) throw wrong(place, 'a text without NUL', word);
  }
  if (shell && command.length !== 1) throw wrong('command', 'one text for the shell', command);
}

function checkSeconds(name: string, value: number, positive: boolean): void {
  if (!(value >= 0 && value <= MOST_SECONDS) || (positive && value === 0)) {
    throw wrong(name, `a number ${positive ? 'above' : 'from'} 0 and at most ${MOST_SECONDS}`, value);
  }
}

function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw wrong(name, `an integer of at least ${least}`, value);
}

function wrong(name: string, expected: string, got: unknown): BoSearchError {
  return new BoSearchError('E_CONFIG', `evaluator ${name}: expected ${expected}, got ${showValue(got)}`);
}
