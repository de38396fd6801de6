import { describe, expect, it } from '@jest/globals';
import { alphaSpace, createStudy } from '../../../src/index.js';
import type { SchedulesFile } from '../../../src/schedules/index.js';
import { learnedCodes } from '../../../src/search/mix/learned-codes.js';
import { expectError } from '../../objective/expect-error.js';
import { temporaryFolder } from '../../objective/temporary-folder.js';

function schedules(alphas: readonly number[], attenuation?: number): SchedulesFile {
  const latents = alphas.map((_, i) => `z${i}`);
  const given = attenuation === undefined ? {} : { attenuation };
  return {
    format: 'bo-search/schedules',
    version: 1,
    model: { name: 'some model', latents },
    schedules: [
      { kind: 'constant', value: 1, alphas: alphas.map(() => 1) },
      { kind: 'learned', alphas, ...given },
    ],
  };
}

/** A study of three α that was told of a grid: re-sampling the first costs 0.3, the second a hundredth of that. */
async function study(direction: 'maximize' | 'minimize'): Promise<string> {
  const folder = await temporaryFolder();
  const sign = direction === 'maximize' ? 1 : -1;
  const opened = await createStudy({
    space: alphaSpace(3, { seeds: false }),
    direction,
    seed: 1,
    storage: folder,
  });
  const levels = [0, 0.5, 1];
  const grid = levels.flatMap((a) => levels.flatMap((b) => [0, 1].map((c) => [a, b, c])));
  await opened.enqueue(grid);
  for (const [a, b, c] of grid) {
    const trial = await opened.ask();
    await opened.tell(trial, { value: sign * (0.5 - 0.3 * a - 0.003 * b + 0.1 * c) });
  }
  await opened.close();
  return folder;
}

describe('learnedCodes', () => {
  it.each(['maximize', 'minimize'] as const)(
    'takes the losses from the model of a study, in its direction (%s)',
    async (direction) => {
      const { codes, effects = [], rule } = learnedCodes(schedules([0, 0, 1]), await study(direction), 1);
      expect(codes.map(({ reason }) => reason)).toEqual([
        'kept-and-matters',
        'kept-but-indifferent',
        're-sampled',
      ]);
      expect(Math.abs((effects[0].loss?.mean ?? NaN) - 0.3)).toBeLessThan(0.05);
      expect(effects[0].totalEffect?.mean).toBeGreaterThan(0.5);
      expect(rule.trial).toBeDefined();
      expect(rule.says).toContain('at the point the study recommends');
    },
  );

  it('says where the study recommends another α than the schedule has, and refuses a study of others', async () => {
    const folder = await study('maximize');
    const { warning, rule } = learnedCodes(schedules([0, 0.1, 1]), folder, 1);
    expect(warning).toBe(
      `the losses are around trial ${rule.trial}, which the study recommends by now, and its α are not those of the schedule`,
    );
    expectError(() => learnedCodes(schedules([0, 1]), folder, 1), {
      code: 'E_SCHEDULES',
      message: 'mix: expected a study of 2 α, as the schedule has, got one of 3 parameters',
    });
  });

  it('attenuates first, by the schedule, else by what is given', () => {
    const roles = (...args: [SchedulesFile, number]) =>
      learnedCodes(args[0], undefined, args[1]).codes.map(({ role }) => role);
    expect(roles(schedules([0.4, 1]), 1 / 2)).toEqual(['class', 'detail']);
    expect(roles(schedules([0.2, 0.4], 1), 1 / 2)).toEqual(['class', 'detail']);
  });
});
