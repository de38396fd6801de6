/** Compares a search with what is in its folder before anything is changed there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JOURNAL_FILE } from '../storage/index.js';
import { readJournalBytes } from '../storage/read-journal.js';
import type { JournalRecord } from '../trial/index.js';
import { readArtefacts } from './artefacts.js';
import { racingPlan } from './config/racing-plan.js';
import type { SearchConfig } from './config/search-config.js';
import type { SearchListener } from './events.js';
import { assertSameSearch, type SearchFacts, tooFewEvaluations } from './search-facts.js';
import type { FinishedSearch } from './search-outcome.js';

export interface FolderAsked {
  readonly config: SearchConfig;
  readonly facts: SearchFacts;
  readonly out: string;
  readonly onEvent?: SearchListener;
}

/**
 * What is in a folder that holds more evaluations than are asked for, if it is finished; undefined where the search
 * begins or goes on.
 * @throws BoSearchError `E_CONFIG_CHANGED` if the folder is another search's, or holds more and is not finished.
 */
export async function foundFinished({
  config,
  facts,
  out,
  onEvent,
}: FolderAsked): Promise<FinishedSearch | undefined> {
  const records = assertOwnFolder(out, facts);
  if (records === undefined) return undefined;
  const ended = endedOf(records);
  const { evaluations } = config.search;
  const plan = racingPlan(config);
  if (plan === undefined && evaluations >= ended) return undefined;
  const done = await readArtefacts(out, { facts, heldOut: config.heldOut, evaluations: ended });
  if (plan !== undefined) {
    const budget = done?.results.search.race?.purifications.budget ?? 0;
    // a race of a smaller budget than was spent has nothing to take back; any other goes on
    if (done === undefined || budget <= plan.images * config.search.draws) return undefined;
  } else if (done === undefined) throw tooFewEvaluations(evaluations, ended, out);
  onEvent?.({
    kind: 'warning',
    message: `search.evaluations is ${evaluations}, and ${out} is finished with ${plan === undefined ? ended : 'more'}: this is what is there`,
  });
  return { kind: 'finished', out, ...done, reused: true };
}

/**
 * Checks that a folder holds no other search.
 * @returns the records of its study; undefined where none was begun.
 * @throws BoSearchError `E_CONFIG_CHANGED` naming the first difference.
 */
export function assertOwnFolder(out: string, facts: SearchFacts): readonly JournalRecord[] | undefined {
  const journal = join(out, JOURNAL_FILE);
  if (!existsSync(journal)) return undefined;
  const { records } = readJournalBytes(journal);
  const header = records.at(0);
  // none: a process died before it began the study, which is begun now
  if (header?.kind !== 'header') return undefined;
  assertSameSearch(header, facts, out);
  return records;
}

/** Evaluations that a folder holds; none where it holds no study that can be read. */
export function endedIn(out: string): number {
  const journal = join(out, JOURNAL_FILE);
  return existsSync(journal) ? endedOf(readJournalBytes(journal).records) : 0;
}

function endedOf(records: readonly JournalRecord[]): number {
  return records.filter(({ kind }) => kind === 'tell').length;
}
