/** Reads YAML into a plain value and remembers where in the text each part of it stands. */
import { type Document, isMap, isNode, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { BoSearchError } from '../../errors.js';
import { nestsTooDeep } from '../../schedules/formats/yaml-depth.js';
import { onOneLine } from '../../schedules/one-line.js';

/** Longest text that is read, in characters. */
export const MAX_LENGTH = 1_000_000;

/** How often aliases may be followed: enough for honest repetition, too little for a bomb. */
const MAX_ALIASES = 100;

/** Most keys of one map: comparing each with each would take minutes for a long text of nothing else. */
const MAX_KEYS = 1000;

const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype'];

/** Where something stands, both from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A value and the way back to its text. */
export interface PlacedValue {
  readonly file: string;
  readonly value: unknown;
  /** The part at a path; its parent where there is no such part. */
  placeOf(path: readonly PropertyKey[]): TextPlace;
  /** A key of the map at a path. */
  placeOfKey(path: readonly PropertyKey[], key: string): TextPlace;
}

/**
 * Parses one YAML document (JSON is YAML).
 * @param file - how to call it in errors.
 * @throws BoSearchError `E_CONFIG` with file, line and column.
 */
export function parseYaml(text: string, file: string): PlacedValue {
  if (text.length > MAX_LENGTH) {
    throw bad(`${file}: expected at most ${MAX_LENGTH} characters, got ${text.length}`);
  }
  if (nestsTooDeep(text)) throw bad(`${file}: expected YAML, got text nested too deep to read`);
  const lines = new LineCounter();
  const place = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const at = (offset: number) => `${file}:${place(offset).line}:${place(offset).column}`;
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: false,
    uniqueKeys: false,
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const reason = problem.code === 'MULTIPLE_DOCS' ? 'more than one document' : onOneLine(problem.message);
    throw bad(`${at(problem.pos[0])}: expected YAML, got an error: ${reason}`);
  }
  refuseManyKeys(document, at);
  refusePrototypeKeys(document, at);
  refuseEndlessAliases(document, at);
  return {
    file,
    value: plainValue(document, file),
    placeOf: (path) => place(offsetOf(document, path)),
    placeOfKey: (path, key) => place(keyOffset(document, path, key)),
  };
}

/** More than can be meant, and keys that come twice. */
function refuseManyKeys(document: Document, at: (offset: number) => string): void {
  visit(document, {
    Map: (_, { items, range }) => {
      if (items.length > MAX_KEYS) {
        throw bad(`${at(range?.[0] ?? 0)}: expected at most ${MAX_KEYS} keys, got ${items.length}`);
      }
      const seen = new Set<string>();
      for (const { key } of items) {
        const place = isNode(key) ? startOf(key) : undefined;
        if (seen.has(String(key))) {
          throw bad(`${at(place ?? 0)}: expected YAML, got an error: Map keys must be unique`);
        }
        seen.add(String(key));
      }
    },
  });
}

function refusePrototypeKeys(document: Document, at: (offset: number) => string): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (!isNode(key)) return;
      const name = String(key);
      if (PROTOTYPE_KEYS.includes(name)) {
        throw bad(`${at(key.range?.[0] ?? 0)}: the key "${name}" is not allowed`);
      }
    },
  });
}

/** Such a value contains itself: whoever walked it would never come back. */
function refuseEndlessAliases(document: Document, at: (offset: number) => string): void {
  visit(document, {
    Alias: (_, alias, above) => {
      const target = alias.resolve(document);
      if (target === undefined || !above.includes(target)) return;
      const place = at(alias.range?.[0] ?? 0);
      throw bad(`${place}: expected YAML, got an error: an alias of what it stands in has no end`);
    },
  });
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (error) {
    throw bad(`${file}: expected YAML, got an error: ${(error as Error).message}`);
  }
}

/** Start of the node at a path, or of the nearest one above it that is there. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    const start = isNode(node) ? startOf(node) : undefined;
    if (start !== undefined) return start;
  }
  return startOf(document.contents) ?? 0;
}

function keyOffset(document: Document, path: readonly PropertyKey[], key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(map) ? map.items.find((item) => String(item.key) === key) : undefined;
  return (isNode(pair?.key) ? startOf(pair.key) : undefined) ?? offsetOf(document, path);
}

function startOf(node: Node | null): number | undefined {
  return node?.range?.[0];
}

function bad(message: string): BoSearchError {
  return new BoSearchError('E_CONFIG', message, {
    hint: 'write a configuration that works with `npx bo-search init` and compare',
  });
}
