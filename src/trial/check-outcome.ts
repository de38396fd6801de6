/**
 * From whatever a caller tells to an outcome that can be kept.
 *
 * A value that is NaN or infinite is a finding about the point: it becomes a failure with a reason. Anything else that
 * is wrong is a mistake of the caller's: an error, and the trial stays as it was.
 */
import { BoSearchError } from '../errors.js';
import type { CountOutcome, FailedOutcome, Measurement, Outcome, ValueOutcome } from './outcome.js';

type Fields = Readonly<Record<string, unknown>>;

/** The field that tells the four outcomes apart, and all fields each may have. */
const FIELDS = {
  failed: ['failed'],
  value: ['value', 'variance'],
  successes: ['successes', 'trials'],
  mean: ['mean', 'sample', 'images', 'variance', 'clean', 'robust'],
} as const;

const EXPECTED = 'one of { value }, { successes, trials }, { sample, images, mean, variance } or { failed }';

/**
 * The outcome with nothing but its known fields.
 * @param where - names the trial in messages.
 * @returns a failure where the value or mean is NaN or infinite.
 * @throws E_OUTCOME for missing, unknown or contradictory fields, counts above trials or not integers, a negative or
 *   non-finite variance, shares outside [0, 1].
 */
export function checkOutcome(outcome: unknown, where: string): Outcome {
  if (typeof outcome !== 'object' || outcome === null || Array.isArray(outcome)) {
    throw bad(`${where}: expected ${EXPECTED}, got ${show(outcome)}`);
  }
  const fields = Object.fromEntries(Object.entries(outcome).filter(([, value]) => value !== undefined));
  const kinds = (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).filter((kind) => kind in fields);
  const kind = kinds[0];
  if (kind === undefined || kinds.length > 1) {
    throw bad(`${where}: expected ${EXPECTED}, got { ${Object.keys(fields).join(', ')} }`);
  }
  const unknown = Object.keys(fields).find((name) => !(FIELDS[kind] as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw bad(`${where}: expected no fields but ${FIELDS[kind].join(', ')}, got ${unknown}`);
  }
  return CHECKS[kind](fields, where);
}

const CHECKS: Record<keyof typeof FIELDS, (fields: Fields, where: string) => Outcome> = {
  failed: checkFailed,
  value: checkValue,
  successes: checkCounts,
  mean: checkMeasurement,
};

function checkFailed({ failed }: Fields, where: string): FailedOutcome {
  if (typeof failed !== 'string' || failed === '') {
    throw bad(`${where}.failed: expected a reason in words, got ${show(failed)}`);
  }
  return { failed };
}

function checkValue(fields: Fields, where: string): ValueOutcome | FailedOutcome {
  const value = numberIn(fields, 'value', where);
  if (!Number.isFinite(value)) return { failed: `value is ${value}` };
  if (fields['variance'] === undefined) return { value };
  return { value, variance: varianceIn(fields, where) };
}

function checkCounts(fields: Fields, where: string): CountOutcome {
  const trials = numberIn(fields, 'trials', where);
  if (!Number.isSafeInteger(trials) || trials < 1) {
    throw bad(`${where}.trials: expected an integer of at least 1, got ${trials}`);
  }
  const successes = numberIn(fields, 'successes', where);
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > trials) {
    throw bad(`${where}.successes: expected an integer from 0 to trials = ${trials}, got ${successes}`);
  }
  return { successes, trials };
}

function checkMeasurement(fields: Fields, where: string): Measurement | FailedOutcome {
  const mean = numberIn(fields, 'mean', where);
  if (!Number.isFinite(mean)) return { failed: `mean is ${mean}` };
  const sample = fields['sample'];
  if (typeof sample !== 'string' || sample === '') {
    throw bad(`${where}.sample: expected a name, got ${show(sample)}`);
  }
  const images = numberIn(fields, 'images', where);
  if (!Number.isSafeInteger(images) || images < 1) {
    throw bad(`${where}.images: expected an integer of at least 1, got ${images}`);
  }
  return {
    sample,
    images,
    mean: shareIn(fields, 'mean', where),
    variance: varianceIn(fields, where),
    ...(fields['clean'] === undefined ? {} : { clean: shareIn(fields, 'clean', where) }),
    ...(fields['robust'] === undefined ? {} : { robust: shareIn(fields, 'robust', where) }),
  };
}

function numberIn(fields: Fields, name: string, where: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw bad(`${where}.${name}: expected a number, got ${show(value)}`);
  return value;
}

function shareIn(fields: Fields, name: string, where: string): number {
  const share = numberIn(fields, name, where);
  if (!(share >= 0 && share <= 1)) {
    throw bad(`${where}.${name}: expected a share from 0 to 1, got ${share}`);
  }
  return share;
}

function varianceIn(fields: Fields, where: string): number {
  const variance = numberIn(fields, 'variance', where);
  if (!(variance >= 0 && variance < Infinity)) {
    throw bad(`${where}.variance: expected a finite number of at least 0, got ${variance}`);
  }
  return variance;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function bad(message: string): BoSearchError {
  return new BoSearchError('E_OUTCOME', message);
}
