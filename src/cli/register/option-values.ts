/** What the values of options and arguments must look like; each refusal says what was expected. */
import { InvalidArgumentError, Option } from 'commander';

/** Flags of a command that can answer in JSON. */
export interface JsonFlag {
  readonly json?: boolean;
}

/** `--json`, the same everywhere. */
export function jsonOption(description = 'as one JSON object'): Option {
  return new Option('--json', description);
}

/** An option with a fixed list of values. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values);
}

/** Where tensors run. */
export function backendOption(description = 'where tensors run (default: as configured, else wasm)'): Option {
  return choice('--backend <name>', description, ['auto', 'wasm', 'webgpu', 'tensorflow', 'cpu']);
}

/** How long a command waits for another writer of the same study. */
export function waitOption(): Option {
  return new Option('--wait <seconds>', 'longest wait for another process that writes the study')
    .argParser(numberBetween(0, Infinity))
    .default(30);
}

/** How a point is printed. */
export function pointFormatOption(): Option {
  return choice('--format <form>', "plain: 3 0.1 0.2; shell: trial=3 values='0.1 0.2' …, for eval", [
    'plain',
    'shell',
  ]).default('plain');
}

/** Which form schedules are written in. */
export function schedulesFormatOption(): Option {
  return choice(
    '--format <form>',
    "form of the schedules: JSON, the official code's YAML, CSV, or NumPy arrays",
    ['json', 'yaml', 'csv', 'npy'],
  ).default('json');
}

/** Numbers from `low` to `high`, with commas or spaces between them. */
export function numberList(low: number, high: number): (text: string) => number[] {
  const one = numberBetween(low, high);
  return (text) =>
    text
      .trim()
      .split(/\s*,\s*|\s+/)
      .map(one);
}

/** An integer from `least` up, or to `most`, in digits. */
export function wholeNumber(least: number, most = Infinity): (text: string) => number {
  const expected =
    most === Infinity ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw refused(expected, text);
  };
}

/** A number above 0 and at most 1. */
export function positiveShare(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value > 0 && value <= 1) return value;
  throw refused('a number above 0 and at most 1', text);
}

/** A finite number from `low` to `high`, both included. */
export function numberBetween(low: number, high: number): (text: string) => number {
  const expected =
    high === Infinity
      ? low === -Infinity
        ? 'a finite number'
        : `a finite number of at least ${low}`
      : `a number from ${low} to ${high}`;
  return (text) => {
    const value = decimal(text);
    if (Number.isFinite(value) && value >= low && value <= high) return value;
    throw refused(expected, text);
  };
}

/** A number as programs print them: `nan`, `inf` and `-Infinity` included. */
export function printedNumber(text: string): number {
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(text.trim());
  if (special !== null) {
    if (special[2].toLowerCase() === 'nan') return NaN;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  const value = decimal(text);
  if (Number.isNaN(value)) throw refused('a number', text);
  return value;
}

/** The number that decimal digits stand for, as in 12, -.5 or 1e-4; NaN for hexadecimal and other spellings. */
function decimal(text: string): number {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
}

/** A path or name that is not empty. */
export function place(text: string): string {
  if (text.trim() !== '') return text;
  throw refused('a path', text);
}

/** A text that is not empty. */
export function words(text: string): string {
  if (text.trim() !== '') return text;
  throw refused('some words', text);
}

/** Names with commas between them, at least one. */
export function nameList(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > 0) return names;
  throw refused('names with commas between them', text);
}

function refused(expected: string, got: string): InvalidArgumentError {
  return new InvalidArgumentError(`expected ${expected}, got ${JSON.stringify(got)}`);
}
