/** Fixed-budget attacks against public implementations with the same settings: `test/fixtures/attacks/README.md`. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRuntime, type Runtime } from '../../../src/objective/tensors/runtime.js';
import { PUBLIC_STANDARD_ERRORS } from '../../tolerances.js';
import {
  BUSY_MACHINE_MS,
  type BoundsRun,
  type BundledVictim,
  fooledBits,
  openVictim,
  readQuickRuns,
  runOurs,
} from './public-attacks.js';

const runs = readQuickRuns().filter((run): run is BoundsRun => 'fooled' in run);
const titled = runs.map((run) => [`${JSON.stringify(run.ours)} on ${run.task}`, run] as const);

let runtime: Runtime;
let victims: Record<'coarse' | 'fine', BundledVictim>;

beforeAll(async () => {
  runtime = await openRuntime();
  victims = { coarse: await openVictim(runtime, 'coarse'), fine: await openVictim(runtime, 'fine') };
});
afterAll(() => {
  victims.coarse.dispose();
  victims.fine.dispose();
});

/** Share of the images that are right under attack, the mean over runs. */
function robustAccuracy(runs: readonly string[]): number {
  const right = runs.map((bits) => [...bits].filter((bit) => bit === '0').length / bits.length);
  return right.reduce((sum, share) => sum + share / runs.length, 0);
}

/** Of a share of n images; one image at least counts as either. */
function binomialError(share: number, n: number): number {
  const p = Math.min(Math.max(share, 1 / n), 1 - 1 / n);
  return Math.sqrt((p * (1 - p)) / n);
}

describe.each(titled)('%s', (_, run) => {
  const found = new Map<number, string>();

  beforeAll(async () => {
    for (const bound of run.bounds)
      found.set(bound, fooledBits(await runOurs(victims[run.task], run, bound)));
  }, BUSY_MACHINE_MS);

  it.each(run.bounds)(`leaves as many images right as ${run.reference.attack} at bound %p`, (bound) => {
    const [ours, theirs] = [robustAccuracy([found.get(bound) ?? '']), robustAccuracy(run.fooled[bound])];
    expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(
      PUBLIC_STANDARD_ERRORS * binomialError(theirs, run.images),
    );
  });
  it('leaves out the same clean errors', () => {
    for (const bound of run.bounds) {
      expect((found.get(bound) ?? '').replace(/\d/g, '.')).toBe(run.fooled[bound][0].replace(/\d/g, '.'));
    }
  });
});
