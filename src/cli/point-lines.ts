/** A trial's point in one line, as people and shell scripts take it. */
import { BoSearchError } from '../errors.js';
import type { Space } from '../index.js';

export type PointFormat = 'plain' | 'shell';

/** A trial's number and its values in parameter order. */
export interface Point {
  readonly number: number;
  readonly values: readonly number[];
}

/**
 * `3 0.1 0.2`, or assignments that a POSIX shell can `eval`: `trial=3 values='0.1 0.2' param_rate=0.1 param_size=0.2`.
 * Numbers are written so that reading them gives the same number again.
 * @param more - further numbers by name, for the shell form only.
 */
export function pointLine(
  { number, values }: Point,
  space: Space,
  format: PointFormat,
  more: Readonly<Record<string, number>> = {},
): string {
  if (format === 'plain') return [number, ...values].join(' ');
  const named = space.kind === 'alphas' ? [] : assignments(space, values);
  const others = Object.entries(more).map(([name, value]) => `${name}=${value}`);
  return [`trial=${number}`, `values='${values.join(' ')}'`, ...named, ...others].join(' ');
}

/**
 * Refuses a form for shells together with JSON.
 * @throws BoSearchError `E_ARGUMENT`
 */
export function assertOneForm({
  format,
  json,
}: {
  readonly format: PointFormat;
  readonly json?: boolean;
}): void {
  if (json !== true || format === 'plain') return;
  throw new BoSearchError('E_ARGUMENT', `expected --format ${format} or --json, got both`, {
    hint: 'leave one of them out',
  });
}

/**
 * Says whether the points of a space can be printed in a form.
 * @throws BoSearchError `E_ARGUMENT` if two parameters would be one variable in a shell.
 */
export function assertPrintable(space: Space, format: PointFormat): void {
  if (format === 'plain' || space.kind === 'alphas') return;
  const { names } = space;
  const variables = shellVariables(space);
  const twice = variables.findIndex((variable, j) => variables.indexOf(variable) < j);
  if (twice < 0) return;
  const first = variables.indexOf(variables[twice]);
  throw new BoSearchError(
    'E_ARGUMENT',
    `--format shell: expected parameters that differ as shell variables, got ${names[first]} and ${names[twice]}`,
    { hint: `both would be $${variables[twice]}; use --format plain or --json` },
  );
}

function assignments(space: Space, values: readonly number[]): string[] {
  return shellVariables(space).map((variable, j) => `${variable}=${values[j]}`);
}

/** `param_` and the name, with `_` for what a variable's name cannot have. */
function shellVariables({ names }: Space): string[] {
  return names.map((name) => `param_${name.replaceAll(/[^A-Za-z0-9_]/g, '_')}`);
}
