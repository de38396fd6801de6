/** Minimum-norm attacks against public implementations with the same settings: `test/fixtures/attacks/README.md`. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { median } from 'simple-statistics';
import { attackDistances } from '../../../src/objective/evaluation/attack-summary.js';
import { openRuntime, type Runtime } from '../../../src/objective/tensors/runtime.js';
import { rankCorrelation } from '../../../src/study/policies/bayes/explain/rank-correlation.js';
import { PUBLIC_MEDIAN_RELATIVE, PUBLIC_RANK_CORRELATION } from '../../tolerances.js';
import {
  BUSY_MACHINE_MS,
  type BundledVictim,
  type NormsRun,
  openVictim,
  readQuickRuns,
  runOurs,
} from './public-attacks.js';

const runs = readQuickRuns().filter((run): run is NormsRun => 'norms' in run);
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

describe.each(titled)('%s', (_, run) => {
  let ours: number[];
  const theirs = run.norms.map((norm) => norm ?? Infinity);
  const attacked = theirs.map((_, at) => at).filter((at) => theirs[at] > 0);

  beforeAll(async () => {
    const { perImage } = await runOurs(victims[run.task], run);
    ours = attackDistances(perImage).map(({ distance }) => distance);
  }, BUSY_MACHINE_MS);

  it(`finds errors of the images that ${run.reference.attack} finds errors of, and leaves out the same`, () => {
    expect(ours.map((norm) => norm === 0)).toEqual(theirs.map((norm) => norm === 0));
    expect(ours.map(Number.isFinite)).toEqual(theirs.map(Number.isFinite));
  });
  it('finds them as far away in the median, within 2 %', () => {
    const ratio = median(attacked.map((at) => ours[at])) / median(attacked.map((at) => theirs[at]));
    expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(PUBLIC_MEDIAN_RELATIVE);
  });
  it('orders the images by distance as it does', () => {
    const correlation = rankCorrelation(
      attacked.map((at) => ours[at]),
      attacked.map((at) => theirs[at]),
    );
    expect(correlation).toBeGreaterThanOrEqual(PUBLIC_RANK_CORRELATION);
  });
});
