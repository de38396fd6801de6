/** Cuts a stream of bytes into lines, holding no more than one line of bounded length. */

export interface LineSplitter {
  /** Takes bytes and gives each line that is now whole, without its `\n`, to the listener. */
  push(chunk: Uint8Array): void;
  /** Bytes of a last line that has no end yet. */
  rest(): Uint8Array;
}

/**
 * @param most - longest line in bytes.
 * @param onLine - gets each line; the bytes are its own.
 * @param onTooLong - called once when a line grows longer; all that follows is dropped.
 */
export function createLineSplitter(
  most: number,
  onLine: (line: Uint8Array) => void,
  onTooLong: () => void,
): LineSplitter {
  let parts: Uint8Array[] = [];
  let held = 0;
  let dropped = false;
  const hold = (part: Uint8Array): boolean => {
    held += part.length;
    if (held > most) {
      dropped = true;
      parts = [];
      onTooLong();
      return false;
    }
    parts.push(part);
    return true;
  };
  const push = (chunk: Uint8Array): void => {
    let from = 0;
    while (!dropped) {
      const end = chunk.indexOf(NEWLINE, from);
      if (!hold(chunk.subarray(from, end < 0 ? chunk.length : end)) || end < 0) return;
      const line = Buffer.concat(parts);
      parts = [];
      held = 0;
      from = end + 1;
      onLine(line);
    }
  };
  return { push, rest: () => Buffer.concat(parts) };
}

const NEWLINE = 10;
