/** What makes a search the search it is: the facts its journal begins with, and what a resumed one is compared by. */
import { BoSearchError } from '../errors.js';
import { createAttack } from '../objective/attacks/attack-registry.js';
import { canonicalJson } from '../objective/images/content-hash.js';
import { showValue } from '../schedules/show-value.js';
import type { HeaderRecord, Json } from '../trial/index.js';
import { attackPlan } from './config/attack-plan.js';
import { type SearchConfig, weightsOf } from './config/search-config.js';
import type { SearchJob } from './open-job.js';

/** Names the job in the journal's header. */
const JOB = 'bo-search/search';

/** Facts of a search, as the journal's header holds them under `about`. */
export interface SearchFacts {
  readonly job: typeof JOB;
  readonly model: {
    readonly name: string;
    readonly hash: string;
    readonly classifier: string;
    /** Hash of the image pools, and how the task maps their classes. */
    readonly images: string;
    readonly fromFine: readonly number[];
    /** Names of the latents, for readers without the model. */
    readonly latents: readonly string[];
  };
  /** All of the configuration that decides what an evaluation is. */
  readonly config: Json;
}

/** What this session does beyond the facts, as its session record holds it. */
export interface SessionFacts {
  /** Evaluations wanted in all. */
  readonly evaluations: number;
  readonly backend: string;
}

/** The facts of a configuration with its model. Held-out images, memory and the number of evaluations may change. */
export function searchFacts(config: SearchConfig, job: SearchJob): SearchFacts {
  const { model, preprocessing, temperature } = job;
  const { task, attenuation, seed, backend } = config;
  const { images, draws, block, policy, seeds } = config.search;
  const facts: SearchFacts = {
    job: JOB,
    model: {
      name: model.name,
      hash: model.hash,
      classifier: model.classifier.hash,
      images: model.imagesHash,
      fromFine: model.task.fromFine,
      latents: model.mlvgm.latents.map(({ name }) => name),
    },
    config: {
      task,
      attack: attackFacts(config),
      preprocessing: preprocessing as unknown as Json,
      temperature,
      attenuation,
      objective: { ...weightsOf(config) },
      search: { images, draws, policy, seeds, ...(block === undefined ? {} : { block }) },
      seed,
      backend,
    },
  };
  return JSON.parse(JSON.stringify(facts)) as SearchFacts;
}

/** The attack with every default filled in: what is written out and what is left to the default are the same. */
function attackFacts(config: SearchConfig): Json {
  const { attack, against, keepOnlySuccessful } = attackPlan(config);
  const { name: kind, ...settings } = createAttack(attack).settings;
  return { kind, against, keepOnlySuccessful, ...settings };
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
    throw changed(`${out}: expected a search, got a study of another kind`, out);
  }
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
    hint: `choose another folder than ${out} for another search; in this one only search.evaluations may grow, and heldOut and memoryMb may change`,
  });
}

interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly now: unknown;
}

function firstDifference(before: unknown, now: unknown, path: string): Change | undefined {
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

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : showValue(value);
}
