/** The part of an evaluation that is the same for every model: attack, check, write, in a folder of its own. */
import { mkdir } from 'node:fs/promises';
import { versions } from 'node:process';
import { VERSION } from '../../index.js';
import { contentHash } from '../../objective/images/content-hash.js';
import type { ImageSet } from '../../objective/images/image-set.js';
import { schedulesToJson } from '../../schedules/index.js';
import { acquireLock } from '../../storage/lock.js';
import { storageError } from '../../storage/storage-error.js';
import { recordedConfig } from '../config/recorded-config.js';
import type { SearchConfig } from '../config/search-config.js';
import { openCellStore } from './cell-store.js';
import { collectData } from './collect-data.js';
import { assertOwnEvaluation, type EvaluationFacts, keepFacts } from './evaluation-facts.js';
import { writeEvaluation } from './evaluation-files.js';
import type { FinishedEvaluation, RunEvaluationOptions } from './evaluation-outcome.js';
import { type EvaluationPlan, reportOptions } from './evaluation-plan.js';
import { type EvaluationResults, evaluationResults } from './evaluation-results.js';
import type { Defences } from './open-defences.js';
import type { PlannedDefence } from './planned-defences.js';
import type { EvaluationSession } from './session.js';
import { openTimings } from './timings.js';

/** Seconds between two checkpoints within an attack, unless told otherwise. */
const CHECKPOINT_SECONDS = 2;

/** What is attacked with what. */
export interface Prepared {
  readonly config: SearchConfig;
  readonly plan: EvaluationPlan;
  readonly images: ImageSet;
  /** Ids of those of the images that a search was run on. */
  readonly searched: readonly string[];
}

/** The model, ready to be attacked. */
export interface Victim {
  readonly facts: EvaluationFacts;
  /** What runs, for people. */
  readonly description: string;
  readonly defences: Defences;
  /** `sha256:…` of a defence. */
  readonly hashOf: (defence: PlannedDefence) => string;
}

/**
 * Runs what is planned, or goes on with it, and writes the results.
 * @throws BoSearchError `E_STORAGE`, `E_CONFIG_CHANGED` or `E_LOCKED` for a folder that holds something else.
 */
export async function attackAll(
  prepared: Prepared,
  victim: Victim,
  options: RunEvaluationOptions,
): Promise<FinishedEvaluation> {
  const { out } = options;
  await assertOwnEvaluation(out, victim.facts);
  return locked(out, async () => {
    // again: a rival may have been here since
    await assertOwnEvaluation(out, victim.facts);
    await keepFacts(out, victim.facts);
    return attackWithin(prepared, victim, options);
  });
}

async function attackWithin(
  { config, plan, images, searched }: Prepared,
  { facts, description, defences, hashOf }: Victim,
  options: RunEvaluationOptions,
): Promise<FinishedEvaluation> {
  const { out, signal, onEvent, schedules, checkpointSeconds = CHECKPOINT_SECONDS } = options;
  const timings = await openTimings(out);
  const session: EvaluationSession = {
    plan,
    seed: config.seed,
    backend: facts.backend,
    attenuation: facts.attenuation,
    images,
    defences,
    hashOf,
    store: openCellStore(out, (message) => onEvent?.({ kind: 'warning', message })),
    timings,
    checkpointSeconds,
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
  };
  const data = await collectData(session, searched);
  const results = evaluationResults(data, reportOptions(plan, config), {
    versions: { boSearch: VERSION, node: versions.node },
    backend: description,
    precision: 'float32',
    schedules: contentHash(schedulesToJson(schedules)),
    facts,
    config: withoutSpeed(recordedConfig(config)),
  });
  const files = await writeEvaluation(out, results, data, (file) => onEvent?.({ kind: 'written', file }));
  return { kind: 'finished', out, results, files, seconds: timings.byDefence() };
}

/** Without what changes nothing but speed. */
function withoutSpeed(config: EvaluationResults['manifest']['config']): typeof config {
  const rest: { -readonly [Key in keyof typeof config]: (typeof config)[Key] } = { ...config };
  delete rest.workers;
  delete rest.memoryMb;
  return rest;
}

async function locked<T>(out: string, task: () => Promise<T>): Promise<T> {
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw storageError(`${out}: expected a folder`, error);
  });
  const lock = acquireLock(out);
  try {
    return await task();
  } finally {
    lock.release();
  }
}
