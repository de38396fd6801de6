import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { checkEvaluator } from '../../../src/evaluators/checks/check-evaluator.js';
import type { SampleSpec } from '../../../src/evaluators/index.js';

const PUPPET = fileURLToPath(new URL('../command/attackable.mjs', import.meta.url));

const SAMPLE: SampleSpec = {
  set: 'search',
  images: 9,
  seed: 1,
  noiseKey: 'search/1',
  draws: 1,
  parts: ['clean'],
  defence: { temperature: null, attenuation: 0.5, blur: null, noise: null },
  attack: null,
};

const NAMES = ['images to attack', 'draws', 'batch of two', 'classifier gradient', 'defence gradient'];

/** `passed: …` of the checks for attacks, by name. */
async function findings(plan: object): Promise<Record<string, string>> {
  const command = [process.execPath, PUPPET, JSON.stringify(plan)];
  const results = await checkEvaluator({ command, sample: SAMPLE });
  return Object.fromEntries(
    results
      .filter(({ name }) => NAMES.includes(name))
      .map(({ name, status, detail }) => [name, `${status}: ${detail}`]),
  );
}

const GRADIENT = /relative error \S+ against differences along 10 directions, step \S+/;
const attackable = { shape: [2, 2, 1], dtype: 'float32', gradients: true, draws: true };

describe('checkEvaluator(options) of an evaluator that can be attacked', () => {
  it('passes one that is right', async () => {
    expect(await findings({})).toEqual({
      'images to attack': 'passed: 9 images of 2 x 2 x 1, whole and in two requests',
      draws: expect.stringMatching(
        /^passed: one draw twice: the same bits; another draw: at most \S+ apart$/,
      ),
      'batch of two': 'passed: two together, each alone, and in the other order: the same bits',
      'classifier gradient': expect.stringMatching(new RegExp(`^passed: ${GRADIENT.source}$`)),
      'defence gradient': expect.stringMatching(new RegExp(`^passed: ${GRADIENT.source}$`)),
    });
  });

  it.each([
    [
      'choice',
      'images to attack',
      /^failed: expected two requests for halves of a choice to give what one gives, got other images$/,
    ],
    ['draws', 'draws', /^failed: expected one draw twice to be the same, got \S+ of difference$/],
    ['deaf', 'draws', /^failed: expected another draw at α = 0\.5 to differ, got the same logits$/],
    [
      'batch',
      'batch of two',
      /^failed: expected two images to be what each is alone and in the other order, got \S+ of difference$/,
    ],
    ['gradient', 'defence gradient', new RegExp(`^failed: ${GRADIENT.source}; expected at most 0\\.03$`)],
  ])('finds the lie "%s" by the check "%s"', async (wrong, name, message) => {
    const { [name]: found, ...others } = await findings({ wrong });
    expect(found).toMatch(message);
    expect(others['classifier gradient']).toMatch(/^passed/);
  });

  it('finds draws that the description denies', async () => {
    const { draws } = await findings({ say: { attackable: { ...attackable, draws: false } } });
    expect(draws).toMatch(/^failed: expected no draws, as the description says, got \S+ of difference$/);
  });

  it('asks for no gradients where there are none', async () => {
    const found = await findings({ say: { attackable: { ...attackable, gradients: false } } });
    expect(found['classifier gradient']).toBe('skipped: the evaluator gives no gradients');
    expect(found['batch of two']).toMatch(/^passed/);
  });

  it('tells of a fault where it met it', async () => {
    const { draws, ...others } = await findings({ always: 'no-base64' });
    expect(others['images to attack']).toMatch(/^failed/);
    expect(draws).toBe('skipped: the evaluator is gone');
  });
});
