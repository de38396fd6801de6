/** Reads `results.json` and `baselines.json`, and checks all that is shown of them. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { checked } from '../objective/images/json-file.js';
import { BoSearchError } from '../errors.js';
import type { BaselineResults } from './baselines-results.js';
import type { SearchResults } from './results.js';
import { resultsContradiction } from './results-contradiction.js';
import { baselinesSchema, resultsSchema } from './results-schema.js';

/**
 * The results in a file.
 * @throws BoSearchError `E_STORAGE` naming file and place: they can be made again from the journal.
 */
export function readResults(path: string): SearchResults {
  return readChecked(path, resultsSchema) as SearchResults;
}

/**
 * The scores in a file.
 * @throws BoSearchError `E_STORAGE` naming file and place: they can be made again.
 */
export function readBaselines(path: string): BaselineResults {
  return readChecked(path, baselinesSchema) as BaselineResults;
}

function readChecked(path: string, schema: z.ZodType): unknown {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new BoSearchError('E_STORAGE', `${path}: expected JSON, got ${(cause as Error).message}`, {
      hint: 'run the search again in its folder: it makes the file anew',
      cause,
    });
  }
  const results = checked(value, schema, 'E_STORAGE', path);
  const problem = resultsContradiction(results as SearchResults | BaselineResults);
  if (problem === undefined) return results;
  throw new BoSearchError('E_STORAGE', `${path} ${problem}`, {
    hint: 'the file was changed by hand or by another program: run the search again in its folder',
  });
}
