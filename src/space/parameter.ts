/**
 * Parameters, and their way between user units x and the unit interval u.
 *
 * real: u = (x − low) / (high − low); with `log`, the same on ln x.
 * integer: the k-th of n values is the middle of the k-th of n equal parts, u = (k + ½) / n; back, the part u lies in.
 */
import { BoSearchError } from '../errors.js';

export interface RealParameter {
  readonly kind: 'real';
  /** Least value, included; above 0 where `log` is set. */
  readonly low: number;
  /** Greatest value, included; above `low`. */
  readonly high: number;
  /** Whether equal ratios, not equal differences, count the same; default false. */
  readonly log?: boolean;
}

export interface IntegerParameter {
  readonly kind: 'integer';
  /** Least value, included. */
  readonly low: number;
  /** Greatest value, included; above `low`. */
  readonly high: number;
}

export type Parameter = RealParameter | IntegerParameter;

/** A real parameter from `low` to `high`, both included. */
export function real(low: number, high: number, options: { log?: boolean } = {}): RealParameter {
  return { kind: 'real', low, high, ...(options.log === true ? { log: true } : {}) };
}

/** An integer parameter from `low` to `high`, both included. */
export function integer(low: number, high: number): IntegerParameter {
  return { kind: 'integer', low, high };
}

/**
 * Checks the bounds of a parameter and returns it with nothing but its known fields.
 * @throws E_SPACE
 */
export function checkParameter(parameter: Parameter, where: string): Parameter {
  if (typeof parameter !== 'object' || parameter === null) {
    throw bad(where, 'a parameter { kind, low, high }', parameter);
  }
  const { kind, low, high } = parameter;
  if (kind !== 'real' && kind !== 'integer') throw bad(`${where}.kind`, 'real or integer', kind);
  for (const [name, bound] of [
    ['low', low],
    ['high', high],
  ] as const) {
    const holds = kind === 'integer' ? Number.isSafeInteger(bound) : Number.isFinite(bound);
    if (!holds) throw bad(`${where}.${name}`, kind === 'integer' ? 'an integer' : 'a finite number', bound);
  }
  if (!(low < high)) throw bad(`${where}.high`, `a number above low = ${low}`, high);
  if (!Number.isFinite(high - low)) throw bad(`${where}.high`, 'a range high - low that is finite', high);
  if (kind === 'integer') return integer(low, high);
  if (parameter.log !== undefined && typeof parameter.log !== 'boolean') {
    throw bad(`${where}.log`, 'true or false', parameter.log);
  }
  if (parameter.log === true && low <= 0) throw bad(`${where}.low`, 'a number above 0 on a log scale', low);
  return real(low, high, parameter.log === undefined ? {} : { log: parameter.log });
}

/**
 * Checks that x is a value of the parameter.
 * @param code - the code to throw with: `E_ARGUMENT` for a caller's point, `E_SPACE` for a seed of the space.
 */
export function assertValue(
  parameter: Parameter,
  x: unknown,
  where: string,
  code: 'E_ARGUMENT' | 'E_SPACE' = 'E_ARGUMENT',
): asserts x is number {
  const { kind, low, high } = parameter;
  const holds = typeof x === 'number' && x >= low && x <= high && (kind === 'real' || Number.isInteger(x));
  if (!holds) {
    throw bad(where, `${kind === 'integer' ? 'an integer' : 'a number'} from ${low} to ${high}`, x, code);
  }
}

/** u of a value x of the parameter, in [0, 1]; the ends are reached exactly. */
export function toUnitInterval(parameter: Parameter, x: number): number {
  const { low, high } = parameter;
  if (parameter.kind === 'integer') return (x - low + 0.5) / (high - low + 1);
  if (parameter.log !== true) return (x - low) / (high - low);
  return (Math.log(x) - Math.log(low)) / (Math.log(high) - Math.log(low));
}

/** The value of the parameter at u in [0, 1]; the ends are reached exactly. */
export function fromUnitInterval(parameter: Parameter, u: number): number {
  const { low, high } = parameter;
  if (parameter.kind === 'integer') {
    const count = high - low + 1;
    return low + Math.min(Math.floor(u * count), count - 1);
  }
  if (u === 0) return low;
  if (u === 1) return high;
  const x =
    parameter.log === true
      ? Math.exp(Math.log(low) + u * (Math.log(high) - Math.log(low)))
      : low + u * (high - low);
  // rounding can step over a bound by a unit in the last place, and the bound is then what was meant
  return Math.min(Math.max(x, low), high);
}

function bad(
  where: string,
  expected: string,
  got: unknown,
  code: 'E_ARGUMENT' | 'E_SPACE' = 'E_SPACE',
): BoSearchError {
  const shown = typeof got === 'number' ? String(got) : (JSON.stringify(got) ?? 'nothing');
  return new BoSearchError(code, `${where}: expected ${expected}, got ${shown}`);
}
