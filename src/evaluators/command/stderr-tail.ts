/** The last lines of what a process wrote to its standard error, in bounded memory. */

/** Lines kept. */
const LINES = 20;

/** Longest line kept, in characters; of a longer one the beginning is kept. */
const LONGEST = 400;

export interface StderrTail {
  push(chunk: Uint8Array): void;
  /** The lines kept, oldest first; a last line without end counts. */
  lines(): string[];
}

/**
 * A carriage return ends a line too (progress bars), empty lines are not counted, bytes that are no UTF-8 become U+FFFD
 * and terminal escapes and other control characters are left out: the lines go into error messages.
 * @param onLine - gets every line, cut and cleaned as those that are kept.
 */
export function createStderrTail(onLine: (line: string) => void): StderrTail {
  const decoder = new TextDecoder('utf-8');
  const kept: string[] = [];
  let open = '';
  const end = (): void => {
    const line = clean(open);
    open = '';
    if (line === '') return;
    kept.push(line);
    if (kept.length > LINES) kept.shift();
    onLine(line);
  };
  const push = (chunk: Uint8Array): void => {
    const pieces = decoder.decode(chunk, { stream: true }).split(/[\r\n]/);
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) end();
      // twice the length: escapes are taken out later
      if (open.length < 2 * LONGEST) open += piece.slice(0, 2 * LONGEST);
    }
  };
  const lines = (): string[] => {
    const last = clean(open);
    return (last === '' ? kept : [...kept, last]).slice(-LINES);
  };
  return { push, lines };
}

/** CSI and OSC sequences, then every control character but the tab. */
const CONTROLS =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*\u0007?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function clean(line: string): string {
  const text = line.replace(CONTROLS, '').trimEnd();
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
