import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { wordsOf } from '../../src/cli/run-words.js';
import { openedEvent } from '../../src/search/job-events.js';
import type { Judge } from '../../src/search/judge.js';
import { openSearchStudy } from '../../src/search/open-search-study.js';
import { readSearchConfig } from '../../src/search/index.js';
import { searchFacts } from '../../src/search/search-facts.js';
import { readJournal } from '../../src/storage/index.js';

const PASSED_OVER = [
  { backend: 'tensorflow', reason: '@tensorflow/tfjs-node is not installed' },
  { backend: 'webgpu', reason: 'no adapter' },
] as const;

const config = readSearchConfig(
  'model: fashion-mnist\ntask: fine\nbackend: auto\nattack: { l2Bound: 1 }\nsearch: { evaluations: 2 }\n',
);

/** A judge on wasm, of which nothing but what it says is asked. */
const judge = (more: Partial<Judge>): Judge =>
  ({
    description: 'tensorflow.js 4.22.0, wasm (SIMD)',
    model: { name: 'toy', latents: ['a', 'b'], classes: ['cat', 'dog'] },
    facts: {
      model: { name: 'toy', hash: 'sha256:0', latents: ['a', 'b'] },
      defence: { preprocessing: {}, temperature: 1, backend: 'wasm' },
    },
    ...more,
  }) as Judge;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-passed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function sessionOf(name: string, its: Judge): Promise<unknown> {
  const out = join(folder, name);
  const study = await openSearchStudy({ config, facts: searchFacts(config, its), judge: its, out });
  await study.close();
  return readJournal(out).records.flatMap((record) => (record.kind === 'session' ? [record.about] : []))[0];
}

describe('backends that auto passed over', () => {
  it('are named with their reasons when the model is open', () => {
    expect(wordsOf(openedEvent(config, judge({ passedOver: PASSED_OVER })))).toEqual({
      kind: 'line',
      text:
        'model toy, task fine: 2 latents, 2 classes; tensorflow.js 4.22.0, wasm (SIMD); ' +
        'auto passed over tensorflow (@tensorflow/tfjs-node is not installed) and webgpu (no adapter)',
    });
  });

  it('are not spoken of where there are none', () => {
    for (const more of [{}, { passedOver: [] }]) {
      expect(wordsOf(openedEvent(config, judge(more)))).toEqual({
        kind: 'line',
        text: 'model toy, task fine: 2 latents, 2 classes; tensorflow.js 4.22.0, wasm (SIMD)',
      });
    }
  });

  it("stand in the journal, beside the session's backend", async () => {
    const backend = 'tensorflow.js 4.22.0, wasm (SIMD)';
    expect(await sessionOf('auto', judge({ passedOver: PASSED_OVER }))).toEqual({
      evaluations: 2,
      backend,
      passedOver: PASSED_OVER,
    });
    expect(await sessionOf('named', judge({}))).toEqual({ evaluations: 2, backend });
  });
});
