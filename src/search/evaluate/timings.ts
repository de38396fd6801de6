/** How long the pieces of an evaluation took, over all sessions, in `timings.json`: kept apart, as no two runs agree. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { formatJson } from '../../schedules/format-json.js';
import { writeWhole } from '../write-whole.js';
import { type CellRequest, nameOf } from './cell-store.js';

export const TIMINGS_FILE = 'timings.json';

const schema = z.object({
  format: z.literal('bo-search/timings'),
  version: z.literal(1),
  seconds: z.record(z.string(), z.number().min(0)),
});

export interface Timings {
  /** Seconds by piece, of all sessions together. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Seconds by defence, of the pieces that were counted to it. */
  byDefence(): Record<string, number>;
  /** Counts a piece to a defence, once. */
  count(request: CellRequest, defence: string): void;
  /** Adds to a piece and writes all down. */
  add(request: CellRequest, seconds: number): Promise<void>;
}

/** The timings of a folder; where there are none that can be read, none. */
export async function openTimings(out: string): Promise<Timings> {
  const file = join(out, TIMINGS_FILE);
  const seconds: Record<string, number> = { ...(await readSeconds(file)) };
  const pieces = new Map<string, Set<string>>();
  return {
    seconds,
    byDefence: () =>
      Object.fromEntries(
        Array.from(pieces, ([defence, names]) => [
          defence,
          [...names].reduce((sum, name) => sum + (seconds[name] ?? 0), 0),
        ]),
      ),
    count(request, defence) {
      pieces.set(defence, (pieces.get(defence) ?? new Set()).add(nameOf(request)));
    },
    async add(request, more) {
      const name = nameOf(request);
      seconds[name] = Math.round(1000 * ((seconds[name] ?? 0) + more)) / 1000;
      await writeWhole(file, `${formatJson({ format: 'bo-search/timings', version: 1, seconds })}\n`);
    },
  };
}

async function readSeconds(file: string): Promise<Record<string, number>> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8'))).seconds;
  } catch {
    // no result depends on it: an absent or damaged file begins anew
    return {};
  }
}
