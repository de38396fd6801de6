/** Reads a JSON file into a checked value; every mistake is named by file, place, expectation and what was found. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import { BoSearchError, type ErrorCode } from '../../errors.js';
import { onOneLine } from '../../schedules/one-line.js';
import { repeatedKey } from '../../schedules/repeated-key.js';

/** Longest piece of a wrong value that a message repeats. */
const SHOWN_CHARACTERS = 60;

/**
 * The file's value, as the schema gives it.
 * @throws BoSearchError with `code` if the file cannot be read, is not JSON or does not fit.
 */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>, code: ErrorCode): Promise<T> {
  const text = (await readBytes(path, code)).toString('utf8');
  return checked(parseJson(text, path, code), schema, code, basename(path));
}

/**
 * The file's bytes.
 * @throws BoSearchError with `code` and the path if it cannot be read.
 */
export async function readBytes(path: string, code: ErrorCode): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const found = isMissing(cause) ? 'no such file' : (cause as Error).message;
    throw new BoSearchError(code, `${basename(path)}: expected a readable file at ${path}, got ${found}`, {
      hint: 'check the path in the configuration, and that the download or the run was complete',
      cause,
    });
  }
}

/**
 * The value, as the schema gives it. Schemas word their errors as `expected …`.
 * @throws BoSearchError `where place: expected …, got …` with `code`, of the first mistake.
 */
export function checked<T>(value: unknown, schema: z.ZodType<T>, code: ErrorCode, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw new BoSearchError(code, `${where}: expected a valid value`);
  const place = placeOf(issue.path);
  const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
  const found = unknownKeys === undefined ? show(valueAt(value, issue.path)) : unknownKeys.join(', ');
  throw new BoSearchError(code, `${where}${place && ` ${place}`}: ${issue.message}, got ${found}`);
}

function parseJson(text: string, path: string, code: ErrorCode): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    assertKeysOnce(text, path, code);
    return value;
  } catch (cause) {
    if (cause instanceof BoSearchError) throw cause;
    const found = onOneLine((cause as Error).message);
    throw new BoSearchError(code, `${basename(path)}: expected JSON, got text that is not: ${found}`, {
      hint: `write ${path} again`,
      cause,
    });
  }
}

/** `JSON.parse` would keep the last of two without a word. */
function assertKeysOnce(text: string, path: string, code: ErrorCode): void {
  const twice = repeatedKey(text);
  if (twice === undefined) return;
  const place = `${basename(path)}:${twice.line}:${twice.column}`;
  throw new BoSearchError(code, `${place}: expected every key once, got ${show(twice.key)} again`);
}

/** `splits.search.labels[17]`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : jsonOf(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** Nesting without end exhausts the stack. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    return 'a value nested too deep to show';
  }
}

function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === 'ENOENT';
}
