/** Options that a caller gives: an object, and nothing in it that nobody reads. */
import { BoSearchError } from '../errors.js';

/**
 * @param where - the function, for messages.
 * @param known - names of all options there are.
 * @throws E_ARGUMENT if `options` is no object; E_CONFIG naming the first option that is not known.
 */
export function assertOptions(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `${where}: expected an object of options, got ${describeValue(options)}`,
      { hint: `options are ${known.join(', ')}` },
    );
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new BoSearchError(
    'E_CONFIG',
    `${where}: expected only ${known.join(', ')}, got ${JSON.stringify(unknown)}`,
  );
}

/** A value in a few words: itself where it is short, else its kind. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string':
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'a list' : 'an object';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    default:
      return String(value);
  }
}
