/** Where text goes, and what that place can show. */
import process from 'node:process';

/** Columns assumed where nobody says. */
const DEFAULT_COLUMNS = 80;

/** What a stream can show. */
export interface StreamStyle {
  /** Whether lines can be written over. */
  readonly live: boolean;
  readonly color: boolean;
  readonly unicode: boolean;
  /** Columns; Infinity where the stream is no terminal. */
  readonly columns: number;
}

/**
 * The style of a stream: colours on terminals unless NO_COLOR is set or TERM is dumb, or wherever FORCE_COLOR is set;
 * nothing but ASCII in pictures on dumb terminals and in the C locale.
 */
export function styleOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): StreamStyle {
  const isTerminal = stream.isTTY === true;
  const dumb = env['TERM'] === 'dumb';
  const locale = env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? '';
  const noColor = isSet(env['NO_COLOR']);
  const forced = isSet(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0';
  return {
    live: isTerminal && !dumb,
    color: !noColor && (forced || (isTerminal && !dumb)),
    unicode: !dumb && locale !== 'C' && locale !== 'POSIX',
    columns: isTerminal ? stream.columns || DEFAULT_COLUMNS : Infinity,
  };
}

/** Writes lines to standard output. */
export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** Writes lines to standard error: progress, warnings and mistakes. */
export function note(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
}

/** A reader that goes away, such as `head`, is no error. */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode);
    });
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
