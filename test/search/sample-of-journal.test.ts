import { describe, expect, it } from '@jest/globals';
import { alphaSpace } from '../../src/space/index.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import type { SearchEvent } from '../../src/search/index.js';
import { assertSameSample, samplesOf } from '../../src/search/sample-of-journal.js';
import type { Study } from '../../src/study/index.js';
import { expectError } from '../objective/expect-error.js';
import { openStudy } from '../study/open.js';

const block = (sample: string) => ({ sample, block: 0, outcomes: { clean: '10', robust: '10' } });

/** A study with one ended trial a sample, a failed one last, and one that runs on `running`. */
async function studyOn(samples: readonly string[], running?: string): Promise<Study> {
  const study = await openStudy({ space: alphaSpace(2, { seeds: false }) }, createMemoryStorage());
  for (const sample of samples) {
    const trial = await study.ask();
    await study.report(trial, block(sample));
    await study.tell(trial);
  }
  await study.tell(await study.ask(), { failed: 'no memory' });
  if (running !== undefined) await study.report(await study.ask(), block(running));
  return study;
}

describe('samplesOf(trials)', () => {
  it('are those of ended trials and of blocks, each once and in order', async () => {
    expect(samplesOf((await studyOn([])).trials)).toEqual([]);
    expect(samplesOf((await studyOn(['b', 'b', 'a', 'b'], 'c')).trials)).toEqual(['b', 'a', 'c']);
  });
});

describe('assertSameSample(asked)', () => {
  const check = (study: Study, name: string, byEvaluator: boolean) => {
    const said: SearchEvent[] = [];
    assertSameSample({ study, name, byEvaluator, out: 'runs/a', onEvent: (event) => said.push(event) });
    return said;
  };

  it.each([true, false])(
    'says nothing of the newest sample, nor where there is none yet (evaluator: %p)',
    async (byEvaluator) => {
      expect(check(await studyOn([]), 'a', byEvaluator)).toEqual([]);
      expect(check(await studyOn(['a', 'b']), 'b', byEvaluator)).toEqual([]);
      expect(check(await studyOn(['a'], 'b'), 'b', byEvaluator)).toEqual([]);
    },
  );

  it('ends a search whose evaluator makes another', async () => {
    for (const study of [await studyOn(['a']), await studyOn([], 'a'), await studyOn(['b', 'a'])]) {
      expectError(() => check(study, 'b', true), {
        code: 'E_EVALUATOR',
        message: 'evaluator: expected it to make a, on which the trials in memory were judged, got b',
      });
    }
  });

  it('warns where this process made another', async () => {
    expect(check(await studyOn(['a']), 'b', false)).toEqual([
      {
        kind: 'warning',
        message:
          'expected a, on which the trials in memory were judged, got b: the attacked images came out otherwise, the best points are judged again on them',
      },
    ]);
  });
});
