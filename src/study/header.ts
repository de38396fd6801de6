/** The header of a study: made once, and what every later opening must agree with. */
import { BoSearchError } from '../errors.js';
import { type Space, spaceToJson } from '../space/index.js';
import {
  assertWeights,
  DEFAULT_WEIGHTS,
  type HeaderRecord,
  JOURNAL_VERSION,
  type Json,
  type ScoreWeights,
} from '../trial/index.js';
import { firstDifference } from './first-difference.js';
import type { Policy } from './policies/policy.js';
import { DEFAULT_RESCORE } from './rescore.js';

/** What a caller may say about a study; what is left out has its default, or on reopening is as it was. */
export interface StudyFacts {
  readonly space?: Space;
  /** An integer; default 0. */
  readonly seed?: number;
  /** Default `maximize`. */
  readonly direction?: 'maximize' | 'minimize';
  /** Weights of clean and robust accuracy in the score; default ½ and ½. */
  readonly weights?: ScoreWeights;
  /** How many of the best points are judged again when a fresh sample replaces the old one; default 4, 0 for none. */
  readonly rescore?: number;
  /** Facts for readers, such as a model's hash; compared on reopening where given. */
  readonly about?: Json;
}

/**
 * The header of a new study.
 * @throws E_CONFIG for a value that cannot be.
 */
export function makeHeader(
  facts: StudyFacts & { readonly space: Space },
  policy: Policy,
  versions: HeaderRecord['versions'],
): HeaderRecord {
  checkFacts(facts);
  const { space, seed = 0, direction = 'maximize', weights = DEFAULT_WEIGHTS, rescore, about = null } = facts;
  return {
    kind: 'header',
    format: 'bo-search/journal',
    version: JOURNAL_VERSION,
    seed,
    direction,
    space: spaceToJson(space),
    policy: { name: policy.name, settings: policy.settings },
    weights: { clean: weights.clean, robust: weights.robust },
    rescore: rescore ?? DEFAULT_RESCORE,
    about,
    versions,
  };
}

/**
 * Checks what a caller says of a study against the header it was begun with.
 * @param place - of the journal.
 * @throws E_CONFIG naming the first difference.
 */
export function assertSameStudy(
  header: HeaderRecord,
  facts: StudyFacts,
  policy: Policy,
  place: string,
): void {
  checkFacts(facts);
  const { space, seed, direction, weights, rescore, about } = facts;
  const given: Record<string, Json | undefined> = {
    space: space === undefined ? undefined : spaceToJson(space),
    seed,
    direction,
    policy: { name: policy.name, settings: policy.settings },
    weights: weights === undefined ? undefined : { clean: weights.clean, robust: weights.robust },
    rescore,
    about,
  };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const got = JSON.parse(JSON.stringify(value)) as Json;
    const difference = firstDifference(header[name as keyof HeaderRecord] as Json, got, name);
    if (difference === undefined) continue;
    const { path, expected, got: found } = difference;
    const words = `${path}: expected ${show(expected)}, got ${show(found)}`;
    throw new BoSearchError('E_CONFIG', `study ${words}, as ${place} was begun`, {
      hint: 'a study never changes: leave the option out, or choose another folder for another study',
    });
  }
}

function checkFacts({ seed, direction, weights, rescore }: StudyFacts): void {
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw bad('seed', 'an integer', seed);
  if (direction !== undefined && direction !== 'maximize' && direction !== 'minimize') {
    throw bad('direction', 'maximize or minimize', direction);
  }
  if (weights !== undefined) assertWeights(weights, 'study weights');
  if (rescore !== undefined && !(Number.isSafeInteger(rescore) && rescore >= 0)) {
    throw bad('rescore', 'an integer from 0', rescore);
  }
}

function show(value: Json | undefined): string {
  return JSON.stringify(value) ?? 'nothing';
}

function bad(name: string, expected: string, got: unknown): BoSearchError {
  const shown = typeof got === 'number' ? String(got) : (JSON.stringify(got) ?? String(got));
  return new BoSearchError('E_CONFIG', `study ${name}: expected ${expected}, got ${shown}`);
}
