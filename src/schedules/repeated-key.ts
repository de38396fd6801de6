/** Finds keys that stand twice in an object of a JSON text, where `JSON.parse` would keep the last without a word. */

/** A repeated key, and where it stands the second time, both from 1. */
export interface RepeatedKey {
  readonly key: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The first repeated key.
 * @param text - JSON that `JSON.parse` takes; for other text the answer means nothing.
 */
export function repeatedKey(text: string): RepeatedKey | undefined {
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const keys = open[open.length - 1];
      if (isKey && keys !== undefined) {
        const key = JSON.parse(text.slice(at, end)) as string;
        if (keys.has(key)) return { key, ...placeIn(text, at) };
        keys.add(key);
      }
      isKey = false;
      at = end - 1;
    } else if (character === '{') {
      open.push(new Set());
      isKey = true;
    } else if (character === '[') {
      open.push(undefined);
      isKey = false;
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ',') {
      isKey = true;
    }
  }
  return undefined;
}

/** Offset after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
