/** From the text of a `search.yaml` to a configuration, or to every mistake in it with line and column. */
import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { BoSearchError } from '../../errors.js';
import { nearestName } from '../../schedules/nearest-name.js';
import { onOneLine } from '../../schedules/one-line.js';
import { showValue } from '../../schedules/show-value.js';
import { completeConfig } from './complete-config.js';
import { conflictsIn } from './conflicts.js';
import { type SearchConfig, searchConfigSchema } from './search-config.js';
import { MAX_LENGTH, parseYaml, type PlacedValue, type TextPlace } from './yaml-places.js';

/** Largest file that is read: four bytes for each character that a text may have. */
const MOST_BYTES = 4 * MAX_LENGTH;

/** Most mistakes that one error lists. */
const MOST_SHOWN = 10;

/** Longest section that an error repeats, in characters. */
const LONGEST_SHOWN = 60;

/**
 * The configuration a text says, defaults filled in. A known key with nothing after it counts as left out.
 * @param file - how to call it in errors.
 * @throws BoSearchError `E_CONFIG`: one line a mistake, `file:line:column path: expected …, got …`.
 */
export function readSearchConfig(text: string, file = 'search.yaml'): SearchConfig {
  const placed = parseYaml(text.replace(/^\uFEFF/, ''), file);
  const value = withoutEmptySections(placed.value, searchConfigSchema);
  const result = searchConfigSchema.safeParse(value);
  const conflicts = conflictsIn(value).map((conflict) => mistakeAt(conflict, placed));
  if (result.success && conflicts.length === 0) return completeConfig(result.data);
  const mistakes = [
    ...(result.error?.issues ?? []).flatMap((issue) => mistakesOf(issue, placed)),
    ...conflicts,
  ]
    // two rules may say one thing of one place
    .filter((one, i, all) => all.findIndex((other) => isSame(one, other)) === i)
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const more = mistakes.length - MOST_SHOWN;
  const shown = mistakes
    .slice(0, MOST_SHOWN)
    .map((one) => `${file}:${one.line}:${one.column}${onOneLine(one.text)}`);
  throw new BoSearchError(
    'E_CONFIG',
    more > 0 ? [...shown, `and ${more} more`].join('\n') : shown.join('\n'),
    { hint: '`npx bo-search init` writes a configuration that explains every key' },
  );
}

/**
 * Reads a configuration file.
 * @throws BoSearchError `E_CONFIG`
 */
export async function loadSearchConfig(path: string): Promise<SearchConfig> {
  let text: string;
  try {
    const stats = await stat(path);
    // a pipe might never end
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('something that is no file');
    if (stats.size > MOST_BYTES) throw new Error(`${stats.size} bytes, more than ${MOST_BYTES}`);
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause as NodeJS.ErrnoException);
  }
  return readSearchConfig(text, path);
}

function unreadable(path: string, cause: NodeJS.ErrnoException): BoSearchError {
  const got = { ENOENT: 'no such file', EISDIR: 'a folder', EACCES: 'a file that may not be read' };
  const found = got[cause.code as keyof typeof got] ?? cause.message;
  return new BoSearchError('E_CONFIG', `${path}: expected a configuration file, got ${found}`, {
    hint: '`npx bo-search init` writes one',
    cause,
  });
}

/** YAML gives null for `search:` with all lines under it commented out; keys the schema lacks stay, to be refused. */
function withoutEmptySections(value: unknown, schema: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const known = shapeOf(schema) ?? {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => inner !== null || !Object.hasOwn(known, key))
      .map(([key, inner]) => [key, withoutEmptySections(inner, known[key])]),
  );
}

interface Mistake extends TextPlace {
  /** What follows the place. */
  readonly text: string;
}

function isSame(one: Mistake, other: Mistake): boolean {
  return one.line === other.line && one.column === other.column && one.text === other.text;
}

function mistakesOf(issue: z.core.$ZodIssue, placed: PlacedValue): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => unknownKey(issue.path, key, known, placed));
  }
  if (issue.code === 'invalid_union') {
    const inner = innerIssue(issue);
    if (inner !== undefined) return inner.flatMap((one) => mistakesOf(one, placed));
  }
  return [mistakeAt(issue, placed)];
}

/** A mistake in words, at its place. */
function mistakeAt(
  { path, message }: { readonly path: readonly PropertyKey[]; readonly message: string },
  placed: PlacedValue,
): Mistake {
  const name = nameOf(path);
  const got = shown(valueAt(placed.value, path));
  return { ...placed.placeOf(path), text: `${name === '' ? '' : ` ${name}`}: ${message}, got ${got}` };
}

function unknownKey(
  path: readonly PropertyKey[],
  key: string,
  known: readonly string[],
  placed: PlacedValue,
): Mistake {
  const near = nearestName(key, known);
  const advice = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${near}"?`;
  return {
    ...placed.placeOfKey(path, key),
    text: ` ${nameOf([...path, key])}: unknown key, ${advice}`,
  };
}

/** Of a value that may be one of several things, the mistakes inside the thing it evidently is. */
function innerIssue(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const evident = issue.errors.find((issues) =>
    issues.every((one) => one.path.length > 0 || one.code === 'unrecognized_keys'),
  );
  return evident?.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

/** Keys of the section at a path of the schema. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let at: unknown = searchConfigSchema;
  for (const key of path) at = shapeOf(at)?.[String(key)];
  return Object.keys(shapeOf(at) ?? {});
}

/** The fields of an object schema, under whatever default, option or union it is wrapped in. */
function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  const { def } = (schema ?? {}) as {
    def?: { shape?: Record<string, unknown>; innerType?: unknown; options?: unknown[] };
  };
  if (def?.shape !== undefined) return def.shape;
  if (def?.innerType !== undefined) return shapeOf(def.innerType);
  return def?.options?.map(shapeOf).find((shape) => shape !== undefined);
}

/** `search.images`; empty for the whole. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

/** Small sections as JSON, all else as everywhere. */
function shown(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
  return text !== '' && text.length <= LONGEST_SHOWN ? text : showValue(value);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}
