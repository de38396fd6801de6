/**
 * Reads a search space from YAML or JSON, in one of two forms:
 *
 *     rate: { real: [1e-4, 1], log: true }      # a map of parameters, in this order
 *     layers: { integer: [1, 8] }
 *
 * or the JSON of `spaceToJson`, which has a `kind` in words (and may hold seed points).
 */
import { readFile } from 'node:fs/promises';
import { BoSearchError } from '../../errors.js';
import { showValue } from '../../schedules/show-value.js';
import { createSpace, type Parameter, type Space, spaceFromJson } from '../../space/index.js';
import { checkParameter } from '../../space/parameter.js';
import { storageError } from '../../storage/storage-error.js';
import { parseYaml } from './yaml-places.js';

const HINT = 'for example: rate: { real: [1e-4, 1], log: true }, or: layers: { integer: [1, 8] }';

/** What may stand beside the bounds of each kind. */
const BESIDE: Readonly<Record<Parameter['kind'], readonly string[]>> = { real: ['log'], integer: [] };

/**
 * Reads a space file.
 * @throws BoSearchError `E_SPACE` if it cannot be read, and as `readSpace`.
 */
export async function loadSpace(path: string): Promise<Space> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { message, hint } = storageError(`${path}: expected a file with a space`, error);
    throw bad(message, hint);
  }
  return readSpace(text, path);
}

/**
 * The space that a text describes.
 * @param file - how to call it in errors.
 * @throws BoSearchError `E_SPACE` with file, line and column of the first mistake.
 */
export function readSpace(text: string, file = 'space'): Space {
  const placed = parsed(text, file);
  const { value } = placed;
  if (!isMap(value)) {
    throw bad(`${file}:1:1: expected a map of parameters, got ${showValue(value)}`);
  }
  if (typeof value['kind'] === 'string') return spaceFromJson(value, file);
  const parameters = Object.entries(value).map(([name, given]): [string, Parameter] => {
    const { line, column } = placed.placeOfKey([], name);
    return [name, parameterFrom(given, `${file}:${line}:${column} ${name}`)];
  });
  try {
    return createSpace(Object.fromEntries(parameters));
  } catch (error) {
    if (!(error instanceof BoSearchError)) throw error;
    throw bad(error.message.replace(/^createSpace/, file), error.hint);
  }
}

function parsed(text: string, file: string): ReturnType<typeof parseYaml> {
  try {
    return parseYaml(text.replace(/^\uFEFF/, ''), file);
  } catch (error) {
    throw error instanceof BoSearchError ? bad(error.message) : error;
  }
}

function parameterFrom(given: unknown, where: string): Parameter {
  const kinds = isMap(given) ? (['real', 'integer'] as const).filter((kind) => kind in given) : [];
  const [kind] = kinds;
  if (!isMap(given) || kind === undefined || kinds.length > 1) {
    const got = isMap(given) ? `{ ${Object.keys(given).join(', ')} }` : showValue(given);
    throw bad(`${where}: expected { real: [low, high] } or { integer: [low, high] }, got ${got}`);
  }
  const { [kind]: bounds, ...beside } = given;
  const odd = Object.keys(beside).find((key) => !BESIDE[kind].includes(key));
  if (odd !== undefined) {
    const known = BESIDE[kind].length === 0 ? 'nothing' : `nothing but ${BESIDE[kind].join(', ')}`;
    throw bad(`${where}: expected ${known} beside ${kind}, got ${odd}`);
  }
  if (!Array.isArray(bounds) || bounds.length !== 2) {
    throw bad(`${where}.${kind}: expected [low, high], got ${showValue(bounds)}`);
  }
  const [low, high] = bounds as [number, number];
  return checkParameter({ kind, low, high, ...beside }, where);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string, hint = HINT): BoSearchError {
  return new BoSearchError('E_SPACE', message, { hint });
}
