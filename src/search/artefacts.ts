/** The files a finished search leaves beside its journal: schedules, results and a picture. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../objective/images/content-hash.js';
import { schedulesFromJson, schedulesToJson, type SchedulesFile } from '../schedules/index.js';
import { formatJson } from '../schedules/format-json.js';
import { JOURNAL_FILE } from '../storage/index.js';
import type { SearchConfig } from './config/search-config.js';
import type { SearchListener } from './events.js';
import { RESULTS_FILE, type SearchResults } from './results.js';
import { PICTURE_FILE, pictureOf, SCHEDULES_FILE, schedulesOfResults } from './schedules-of-run.js';
import { readResults } from './results-file.js';
import type { SearchFacts } from './search-facts.js';
import { writeWhole } from './write-whole.js';

/** What is in place. */
export interface Artefacts {
  readonly results: SearchResults;
  readonly schedules: SchedulesFile;
  readonly files: readonly string[];
}

/**
 * Writes all files, each whole; the results last, so that where they are, all are.
 * @throws BoSearchError `E_STORAGE`
 */
export async function writeArtefacts(
  out: string,
  results: SearchResults,
  onEvent?: SearchListener,
): Promise<Artefacts> {
  const schedules = schedulesOfResults(results);
  const texts: readonly (readonly [string, string])[] = [
    [SCHEDULES_FILE, schedulesToJson(schedules)],
    [PICTURE_FILE, pictureOf(results.facts, results.search.recommended.alphas)],
    [RESULTS_FILE, `${formatJson(results)}\n`],
  ];
  for (const [name, text] of texts) {
    const file = join(out, name);
    await writeWhole(file, text);
    onEvent?.({ kind: 'written', file });
  }
  return { results, schedules, files: filesIn(out) };
}

/** What the search for these is: the same facts, held-out images and number of evaluations give the same files. */
export interface ArtefactsAsked {
  readonly facts: SearchFacts;
  readonly heldOut: SearchConfig['heldOut'];
  /** Evaluations the study holds. */
  readonly evaluations: number;
}

/** The files of a folder if they are those that would be written again; undefined where one is missing or another's. */
export async function readArtefacts(out: string, asked: ArtefactsAsked): Promise<Artefacts | undefined> {
  const files = filesIn(out);
  if (!files.every((file) => existsSync(file))) return undefined;
  try {
    const results = readResults(join(out, RESULTS_FILE));
    const { facts, config, search } = results;
    const there = { facts, heldOut: config.heldOut, evaluations: search.evaluations };
    if (canonicalJson(there) !== canonicalJson(asked)) return undefined;
    const schedules = schedulesFromJson(await readFile(join(out, SCHEDULES_FILE), 'utf8'));
    return { results, schedules, files };
  } catch {
    // damaged: they are made again from the journal, and said to be written
    return undefined;
  }
}

function filesIn(out: string): string[] {
  return [JOURNAL_FILE, SCHEDULES_FILE, RESULTS_FILE, PICTURE_FILE].map((name) => join(out, name));
}
