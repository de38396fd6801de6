/** Where two JSON values first differ. */
import type { Json } from '../trial/index.js';

/** A place, such as `memo.lengthscales[3]`, and what stands there; undefined where nothing does. */
export interface JsonDifference {
  readonly path: string;
  readonly expected: Json | undefined;
  readonly got: Json | undefined;
}

/**
 * The first place where two JSON values differ; the order of keys does not count, and numbers must be the same bits.
 * @param path - of the values themselves.
 */
export function firstDifference(
  expected: Json | undefined,
  got: Json | undefined,
  path: string,
): JsonDifference | undefined {
  if (isTree(expected) && isTree(got) && Array.isArray(expected) === Array.isArray(got)) {
    const [left, right] = [expected, got] as readonly Readonly<Record<string, Json>>[];
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const step = Array.isArray(expected) ? `${path}[${key}]` : `${path}.${key}`;
      const difference = firstDifference(left[key], right[key], step);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return Object.is(expected, got) ? undefined : { path, expected, got };
}

function isTree(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null;
}
