import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import {
  checkEvaluator,
  type CheckEvaluatorOptions,
  EVALUATOR_CHECK_NAMES,
} from '../../../src/evaluators/checks/check-evaluator.js';
import type { SampleSpec } from '../../../src/evaluators/index.js';

const PUPPET = fileURLToPath(new URL('puppet.mjs', import.meta.url));

const SAMPLE: SampleSpec = {
  set: 'search',
  images: 16,
  seed: 1,
  noiseKey: 'search/1',
  draws: 1,
  parts: ['clean', 'robust'],
  defence: { temperature: null, attenuation: 1, blur: null, noise: null },
  attack: {
    kind: 'fgsm-l2',
    against: 'classifier',
    l2Bound: 1,
    keepOnlySuccessful: false,
    direction: 'sign',
  },
};

const check = (fault: string, options: Partial<CheckEvaluatorOptions> = {}) =>
  checkEvaluator({ command: [process.execPath, PUPPET, fault], sample: SAMPLE, ...options });

/** Skipped where the evaluator does not say that it can be attacked. */
const OF_ATTACKS: readonly string[] = [
  'images to attack',
  'draws',
  'batch of two',
  'classifier gradient',
  'defence gradient',
];

/** `passed: …` by name. */
async function findings(fault: string, options: Partial<CheckEvaluatorOptions> = {}) {
  const results = await check(fault, options);
  return Object.fromEntries(results.map(({ name, status, detail }) => [name, `${status}: ${detail}`]));
}

describe('checkEvaluator(options)', () => {
  it('passes an evaluator that is right, on no more images than there are, in order', async () => {
    const started: string[] = [];
    const times = Array.from({ length: 40 }, (_, i) => i);
    const results = await check('none', {
      onStart: (name, index, of) => void started.push(`${index}/${of} ${name}`),
      clock: () => times.shift() ?? NaN,
    });
    expect(results.map(({ name, status }) => `${status} ${name}`)).toEqual(
      EVALUATOR_CHECK_NAMES.map((name) => `${OF_ATTACKS.includes(name) ? 'skipped' : 'passed'} ${name}`),
    );
    expect(started).toEqual(EVALUATOR_CHECK_NAMES.map((name, i) => `${i}/12 ${name}`));
    const judged = results.filter(({ name }) => !OF_ATTACKS.includes(name));
    expect(judged.map(({ detail }) => detail.replaceAll(/sample-\w{12}|\d+ of 20 right/g, '…'))).toEqual([
      'puppet 3 on strings:0: toy, 3 latents, 2 classes, images: 10 search',
      '10 images, made twice: …',
      'every α = 0.5 twice: the same outcomes (…)',
      'blocks of 5 and 5 give what one of 10 gives',
      expect.stringMatching(/^two noise keys give the same outcomes on clean images \(\d+ of 10 right\)$/),
      '4 and 2 α for 3 latents are refused',
      '20 images/s (clean and robust, one draw) on strings:0, requests of 10; timings vary with what else runs',
    ]);
  });

  it.each([
    [
      'sample',
      'sample twice',
      /^failed: expected the same sample from the same request, got sample-\w+ and sample-\w+$/,
    ],
    ['moody', 'determinism', /^failed: expected the same outcomes twice, got \d+ that differ$/],
    ['place', 'two blocks', /^failed: expected two blocks to give the outcomes of one, got \d+ that differ$/],
    [
      'noise',
      'no noise at α = 0',
      /^failed: expected the same outcomes under two noise keys, got \d+ that differ$/,
    ],
    ['any-length', 'wrong number of α', /^failed: expected 4 α for 3 latents to be refused, got outcomes$/],
  ])('finds the fault "%s" by the check "%s"', async (fault, name, message) => {
    expect((await findings(fault))[name]).toMatch(message);
  });

  it('finds images of another name, and asks nothing more', async () => {
    const { start, ...others } = await findings('set');
    expect(start).toBe('failed: expected images named search, got 10 other');
    expect(new Set(Object.values(others))).toEqual(new Set(['skipped: the evaluator is gone']));
  });

  it('tells of a process that ends, with its last words, and skips what is left', async () => {
    const found = await findings('dies');
    expect(found['determinism']).toMatch(
      /^failed: .*: expected it to go on, got exit with code 9\n.*\n {2}out of memory$/,
    );
    expect(found['two blocks']).toBe('skipped: the evaluator is gone');
  });

  it('tells of a command that is none', async () => {
    const { start } = await findings('none', { command: ['no-such-command'] });
    expect(start).toBe(
      'failed: evaluator "no-such-command": describe: expected a command, got no such command: no-such-command',
    );
  });

  it('does not hold α = 0 to anything where the preprocessing draws noise', async () => {
    const sample = { ...SAMPLE, defence: { ...SAMPLE.defence, noise: { l2Norm: 1 } } };
    expect((await findings('noise', { sample }))['no noise at α = 0']).toBe(
      'skipped: the preprocessing draws noise of its own',
    );
  });

  it('ends by its signal, and the process with it', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const promise = check('none', { signal: controller.signal, onResult: () => controller.abort(reason) });
    await expect(promise).rejects.toBe(reason);
  });
});
