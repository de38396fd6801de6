/** What makes a search the search it is: the facts its journal begins with, and what a resumed one is compared by. */
import { BoSearchError } from '../errors.js';
import { canonicalJson } from '../objective/images/content-hash.js';
import type { PassedOver } from '../objective/tensors/runtime.js';
import { showValue } from '../schedules/show-value.js';
import type { HeaderRecord, Json } from '../trial/index.js';
import { attackFacts } from './config/attack-plan.js';
import { racingOf } from './config/racing-plan.js';
import { type SearchConfig, weightsOf } from './config/search-config.js';
import type { Judge, ModelFacts } from './judge.js';
import { startingPoints } from './starting-points.js';

/** Names the job in the journal's header. */
const JOB = 'bo-search/search';

/** Facts of a search, as the journal's header holds them under `about`. */
export interface SearchFacts {
  readonly job: typeof JOB;
  readonly model: ModelFacts;
  /** All of the configuration that decides what an evaluation is. */
  readonly config: Json;
}

/** What this session does beyond the facts, as its session record holds it. */
export interface SessionFacts {
  /** Evaluations wanted in all. */
  readonly evaluations: number;
  /** Of a race: image judgements wanted in all. */
  readonly images?: number;
  readonly backend: string;
  /** Where `backend: auto` chose: what it passed over, and why. */
  readonly passedOver?: readonly PassedOver[];
}

/**
 * The facts of a configuration with its judge. Held-out images, memory, workers and the number of evaluations may change.
 * A setting that is left out has no key: folders begun before it was thought of go on.
 */
export function searchFacts(config: SearchConfig, judge: Pick<Judge, 'facts'>): SearchFacts {
  const { model, defence } = judge.facts;
  const { preprocessing, temperature, backend } = defence;
  const { task, attenuation, seed } = config;
  const facts = {
    job: JOB,
    model,
    config: {
      task,
      attack: attackFacts(config),
      preprocessing,
      temperature,
      attenuation,
      objective: { ...weightsOf(config) },
      search: judgedSearch(config.search),
      seed,
      backend,
    },
  };
  return JSON.parse(JSON.stringify(facts)) as SearchFacts;
}

/** What of the search section decides which points are judged, and on what. */
function judgedSearch(search: SearchConfig['search']): object {
  const { images, draws, policy, seeds, block, kernel, acquisition, points, reference } = search;
  return {
    images,
    draws,
    policy,
    seeds,
    block,
    kernel,
    acquisition,
    points: points === undefined ? undefined : startingPoints(search, 0),
    reference: reference === true ? true : undefined,
    racing: racingOf(search),
  };
}

/** The facts in a journal's header; undefined where the study is not a search's. */
export function factsOf(header: HeaderRecord): SearchFacts | undefined {
  const about = header.about as { readonly job?: unknown } | null;
  return about?.job === JOB ? (about as unknown as SearchFacts) : undefined;
}

/**
 * Checks that a folder's study is the search that is asked for.
 * @throws BoSearchError `E_CONFIG_CHANGED` naming the first difference.
 */
export function assertSameSearch(header: HeaderRecord, asked: SearchFacts, out: string): void {
  const begun = factsOf(header);
  if (begun === undefined) {
    throw new BoSearchError(
      'E_CONFIG_CHANGED',
      `${out}: expected the folder of a search or a new one, got a study of another kind`,
      { hint: 'choose another folder for the search: a study of ask, or of a program, stays as it is' },
    );
  }
  assertSameFacts(begun, asked, out);
}

/**
 * Checks that facts are those that a folder was begun with.
 * @throws BoSearchError `E_CONFIG_CHANGED` naming the first difference.
 */
export function assertSameFacts(begun: SearchFacts, asked: SearchFacts, out: string): void {
  // the task first: other classifiers and classes only follow from it
  const difference =
    firstDifference(taskOf(begun), taskOf(asked), 'config') ?? firstDifference(begun, asked, '');
  if (difference === undefined) return;
  const { path, before, now } = difference;
  const name = path.replace(/^config\./, '');
  throw changed(`${name}: expected ${shown(before)}, with which ${out} was begun, got ${shown(now)}`, out);
}

function taskOf({ config }: SearchFacts): { readonly task: unknown } {
  return { task: (config as { readonly task?: unknown }).task };
}

/** The error of asking for fewer evaluations than a folder holds: none is taken back. */
export function tooFewEvaluations(evaluations: number, ended: number, out: string): BoSearchError {
  const message = `search.evaluations: expected at least ${ended}, which ${out} holds, got ${evaluations}`;
  return new BoSearchError('E_CONFIG_CHANGED', message, {
    hint: `pass --evaluations ${ended} or more, or raise search.evaluations`,
  });
}

function changed(message: string, out: string): BoSearchError {
  return new BoSearchError('E_CONFIG_CHANGED', message, {
    hint: `choose another folder than ${out} for another search; in this one only search.evaluations may grow, and heldOut, workers and memoryMb may change`,
  });
}

/** Where two trees of plain values differ first. */
export interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** The first difference; undefined where there is none. @param path - of the trees themselves. */
export function firstDifference(before: unknown, now: unknown, path: string): Change | undefined {
  if (!isTree(before) || !isTree(now)) {
    return canonicalJson({ value: before }) === canonicalJson({ value: now })
      ? undefined
      : { path, before, now };
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const difference = firstDifference(before[key], now[key], path === '' ? key : `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of facts in a message. */
export function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : showValue(value);
}
