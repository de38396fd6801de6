/** What makes an evaluation the one it is: what its folder was begun with, and what a resumed one is compared by. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { formatJson } from '../../schedules/format-json.js';
import { JOURNAL_FILE } from '../../storage/index.js';
import { BASELINES_FILE } from '../baselines-results.js';
import type { EvaluationConfig } from '../config/evaluation-config.js';
import type { SearchConfig } from '../config/search-config.js';
import { RESULTS_FILE } from '../results.js';
import { firstDifference, shown } from '../search-facts.js';
import { writeWhole } from '../write-whole.js';
import { TIMINGS_FILE } from './timings.js';
import { VIEW_FILES } from './view-files.js';

export const EVALUATION_FILE = 'evaluation.json';

const FORMAT = 'bo-search/evaluation-facts';

/** Attacks, defences and checks may be added or left out between two sessions; all else is fixed. */
export interface EvaluationFacts {
  readonly model: {
    readonly name: string;
    readonly hash: string;
    readonly classifier: string;
    /** Hash of the pool its images are from. */
    readonly images: string;
  };
  readonly task: string;
  readonly seed: number;
  /** Null for the evaluator's own. */
  readonly temperature: number | null;
  readonly attenuation: number;
  /** Hash of the images of the evaluation. */
  readonly images: string;
  readonly gradients: EvaluationConfig['gradients'];
  readonly verification: EvaluationConfig['verification'];
  readonly purifications: number;
  /** The tensor backend, or the evaluator's device. */
  readonly backend: string;
}

/** What is evaluated. */
export interface EvaluatedModel {
  readonly name: string;
  readonly hash: string;
  /** Hash of the classifier; of all where it has none of its own. */
  readonly classifier: string;
  readonly task: string;
  readonly temperature: number | null;
}

/** @param ran - hashes of the pool and of the evaluation's images; what computes. */
export function evaluationFacts(
  config: SearchConfig,
  evaluation: EvaluationConfig,
  { name, hash, classifier, task, temperature }: EvaluatedModel,
  ran: { readonly pool: string; readonly images: string; readonly backend: string },
): EvaluationFacts {
  const { gradients, verification, purifications } = evaluation;
  return {
    model: { name, hash, classifier, images: ran.pool },
    task,
    seed: config.seed,
    temperature,
    attenuation: config.attenuation,
    images: ran.images,
    gradients,
    verification,
    purifications,
    backend: ran.backend,
  };
}

/**
 * Checks that a folder is new, empty, or holds this evaluation.
 * @throws BoSearchError `E_STORAGE` for files of something else, `E_CONFIG_CHANGED` naming the first difference.
 */
export async function assertOwnEvaluation(out: string, facts: EvaluationFacts): Promise<void> {
  const begun = await readFacts(out);
  if (begun === undefined) {
    assertNothingElse(out);
    return;
  }
  // another task has another classifier too, whose hash says less
  const difference =
    firstDifference({ task: begun.task }, { task: facts.task }, '') ?? firstDifference(begun, facts, '');
  if (difference === undefined) return;
  const { path, before, now } = difference;
  throw new BoSearchError(
    'E_CONFIG_CHANGED',
    `${path}: expected ${shown(before)}, with which ${out} was begun, got ${shown(now)}`,
    {
      hint: `choose another folder than ${out} for another evaluation; in this one only attacks, defences, checks, workers and memoryMb may change`,
    },
  );
}

/** Puts the facts into a folder that has none. */
export async function keepFacts(out: string, facts: EvaluationFacts): Promise<void> {
  const file = join(out, EVALUATION_FILE);
  if (existsSync(file)) return;
  await writeWhole(file, `${formatJson({ format: FORMAT, version: 1, facts })}\n`);
}

async function readFacts(out: string): Promise<EvaluationFacts | undefined> {
  const file = join(out, EVALUATION_FILE);
  if (!existsSync(file)) return undefined;
  const damaged = (found: string, cause?: unknown) =>
    new BoSearchError('E_STORAGE', `${file}: expected the facts of an evaluation, got ${found}`, {
      hint: `choose another folder, or move ${file} away: pieces that fit are then found again`,
      cause,
    });
  let value: { readonly format?: unknown; readonly version?: unknown; readonly facts?: unknown };
  try {
    value = JSON.parse(await readFile(file, 'utf8')) as typeof value;
  } catch (cause) {
    throw damaged((cause as Error).message, cause);
  }
  if (value?.format !== FORMAT || value.version !== 1) throw damaged('another file');
  return value.facts as EvaluationFacts;
}

/** Files that say that a folder is somebody else's: those of a run, and those that an evaluation would write over. */
const OF_OTHERS = [JOURNAL_FILE, BASELINES_FILE, RESULTS_FILE, TIMINGS_FILE, ...VIEW_FILES];

function assertNothingElse(out: string): void {
  if (!existsSync(out)) return;
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (cause) {
    throw new BoSearchError('E_STORAGE', `${out}: expected a folder, got ${(cause as Error).message}`, {
      cause,
    });
  }
  const other = OF_OTHERS.find((name) => names.includes(name));
  if (other === undefined) return;
  throw new BoSearchError(
    'E_STORAGE',
    `${out}: expected the folder of an evaluation or a new one, got one with ${other}`,
    {
      hint: 'choose a folder of its own for the evaluation',
    },
  );
}
