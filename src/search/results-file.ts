/** Reads `results.json` and checks all that is shown of it. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { checked } from '../objective/images/json-file.js';
import { BoSearchError } from '../errors.js';
import type { SearchResults } from './results.js';

const number = z.number('expected a number');
const share = z.number('expected a number from 0 to 1').min(0).max(1);
const count = z.int('expected an integer of at least 0').min(0);
const text = z.string('expected text');
const interval = z.tuple([number, number], 'expected two numbers');
const estimate = z.looseObject({ mean: share, interval }, 'expected an object with mean and interval');
const alphas = z.array(share, 'expected an array of numbers from 0 to 1');

const row = z.looseObject({
  name: text,
  kind: text,
  alphas: alphas.optional(),
  clean: estimate.optional(),
  robust: estimate.optional(),
  objective: estimate,
  difference: z.looseObject({ mean: number, interval }).optional(),
});

const schema = z.looseObject(
  {
    format: z.literal('bo-search/results', 'expected "bo-search/results"'),
    version: z.literal(1, 'expected 1'),
    config: z.looseObject({ heldOut: z.looseObject({ images: count, draws: count }) }),
    facts: z.looseObject({ model: z.looseObject({ name: text, latents: z.array(text) }) }),
    search: z.looseObject({
      evaluations: count,
      recommended: z.looseObject({
        trial: count,
        alphas,
        mean: number,
        interval,
        observed: z.looseObject({ trial: count, value: number }),
      }),
      bestStep: z.looseObject({ from: count }),
    }),
    heldOut: z.looseObject({ images: count, draws: count, rows: z.array(row).min(1) }),
  },
  'expected an object',
);

/**
 * The results in a file.
 * @throws BoSearchError `E_STORAGE` naming file and place: they can be made again from the journal.
 */
export function readResults(path: string): SearchResults {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new BoSearchError('E_STORAGE', `${path}: expected JSON, got ${(cause as Error).message}`, {
      hint: 'run the search again in its folder: it makes the file anew',
      cause,
    });
  }
  return checked(value, schema, 'E_STORAGE', path) as unknown as SearchResults;
}
