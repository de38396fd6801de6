/** Where text goes, and what that place can show. */
import process from 'node:process';
import { EXIT } from './exit-codes.js';

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

/** Writes lines to standard output, with nothing a terminal would obey but our colours. */
export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${harmless(line)}\n`);
}

/** Writes lines to standard error, likewise: progress, warnings and mistakes. */
export function note(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${harmless(line)}\n`);
}

/**
 * Ends the process where its output has no place: quietly where a reader such as `head` goes away, else with a line and
 * code 3. A terminal that is closed says so by a signal.
 */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EIO') return;
      if (code === 'EPIPE') process.exit(process.exitCode);
      if (stream === process.stdout) {
        note(`bo-search: standard output: expected room for what is printed, got ${message}`);
      }
      process.exit(EXIT.state);
    });
  }
}

/** A text of others as one line: control characters as escapes, in the way of JSON. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, escaped);
}

/** Nearly the same for whole texts, which have line breaks and colours of ours. */
function harmless(text: string): string {
  return text.replace(/\u001B\[[\d;]*m|[^\P{Cc}\n\t]/gu, (found) =>
    found.length > 1 ? found : escaped(found),
  );
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
