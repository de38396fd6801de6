/**
 * Scores that were computed already, kept in `scores.json`: bits a schedule and sample, so that a run that was cut
 * short goes on with the next schedule.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, contentHash } from '../objective/images/content-hash.js';
import type { ImageOutcomes } from '../trial/index.js';
import { writeWhole } from './write-whole.js';

const SCORES_FILE = 'scores.json';

const bits = z.string().regex(/^[01]+$/);

const schema = z.object({
  format: z.literal('bo-search/scores'),
  version: z.literal(1),
  /** What the scores were computed for; those of another search are of no use. */
  facts: z.string(),
  /** Hash of the entries: a bit that changed on the disk would change a result and look like any other. */
  hash: z.string(),
  entries: z.array(
    z.object({
      sample: z.string(),
      /** Null for the bare classifier. */
      alphas: z.array(z.number()).nullable(),
      outcomes: z.object({ clean: bits.optional(), robust: bits.optional() }),
    }),
  ),
});

type Stored = z.infer<typeof schema>;

/** Outcomes of schedules on samples, by α; `null` is the bare classifier. */
export interface ScoreCache {
  /** The outcomes if they are known, else those that `compute` gives, kept for the next time unless there are none. */
  obtain<T extends ImageOutcomes | undefined>(
    sample: string,
    alphas: readonly number[] | null,
    compute: () => Promise<T>,
  ): Promise<T | ImageOutcomes>;
}

/**
 * The cache of a folder.
 * @param facts - what decides every score; a file with others is not used.
 * @param onDiscarded - told why a file that is there is not used.
 */
export async function openScoreCache(
  folder: string,
  facts: unknown,
  onDiscarded: (reason: string) => void,
): Promise<ScoreCache> {
  const path = join(folder, SCORES_FILE);
  const key = canonicalJson(facts);
  const entries = new Map<string, Stored['entries'][number]>();
  for (const entry of await readEntries(path, key, onDiscarded)) entries.set(entryKey(entry), entry);
  return {
    async obtain(sample, alphas, compute) {
      const place = entryKey({ sample, alphas });
      const known = entries.get(place);
      if (known !== undefined) return plain(known.outcomes);
      const outcomes = await compute();
      if (outcomes === undefined) return outcomes;
      entries.set(place, { sample, alphas: alphas === null ? null : [...alphas], outcomes });
      const all = [...entries.values()];
      const stored = { format: 'bo-search/scores', version: 1, facts: key, hash: hashOf(all), entries: all };
      await writeWhole(path, `${JSON.stringify(stored)}\n`);
      return outcomes;
    },
  };
}

async function readEntries(
  path: string,
  key: string,
  onDiscarded: (reason: string) => void,
): Promise<Stored['entries']> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    onDiscarded(`${path} cannot be read (${(error as Error).message})`);
    return [];
  }
  const result = schema.safeParse(parse(text));
  if (!result.success || result.data.hash !== hashOf(result.data.entries)) {
    onDiscarded(`${path} is damaged`);
    return [];
  }
  return result.data.facts === key ? result.data.entries : [];
}

function hashOf(entries: Stored['entries']): string {
  return contentHash(canonicalJson(entries));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entryKey({ sample, alphas }: { sample: string; alphas: readonly number[] | null }): string {
  return JSON.stringify([sample, alphas]);
}

function plain({ clean, robust }: Stored['entries'][number]['outcomes']): ImageOutcomes {
  return { ...(clean === undefined ? {} : { clean }), ...(robust === undefined ? {} : { robust }) };
}
