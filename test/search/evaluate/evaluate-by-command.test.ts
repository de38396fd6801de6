import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SchedulesFile } from '../../../src/schedules/index.js';
import {
  type EvaluationResults,
  readEvaluation,
  readSearchConfig,
  runEvaluation,
  type RunEvaluationOptions,
} from '../../../src/search/index.js';
import { rejected } from '../../objective/thrown.js';

const EVALUATOR = fileURLToPath(new URL('../../evaluators/command/attackable.mjs', import.meta.url));
const JUDGE = fileURLToPath(new URL('../../evaluators/command/puppet.mjs', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-by-command-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...parts: string[]) => join(folder, ...parts);

const SCHEDULES: SchedulesFile = {
  format: 'bo-search/schedules',
  version: 1,
  model: { name: 'affine', latents: ['a', 'b'] },
  schedules: [{ kind: 'learned', alphas: [0.5, 0.25] }],
};

const EVALUATION = [
  'images: 20',
  'purifications: 2',
  'attacks: [{ name: fgsm-l2, l2Bound: [0.2, 0.6] }, { name: pgd-l2, steps: 4, l2Bound: 0.6 }]',
  'defences: [learned, constant 0, none, noise]',
  'verification: { draws: 4 }',
  'checks: { noiseTries: 1, convergence: { draws: [1, 2], images: 2 } }',
];

const configText = (plan: object, evaluation: readonly string[] = EVALUATION, script = EVALUATOR) =>
  [
    `evaluator: { command: ${JSON.stringify([process.execPath, script, JSON.stringify(plan)])} }`,
    'attack: { l2Bound: 0.4 }',
    'search: { images: 20 }',
    'heldOut: { images: 20 }',
    'evaluation:',
    ...evaluation.map((line) => `  ${line}`),
  ].join('\n');

async function evaluated(
  plan: object,
  out: string,
  options: Partial<RunEvaluationOptions> = {},
): Promise<EvaluationResults> {
  const config = readSearchConfig(configText(plan));
  const outcome = await runEvaluation(config, { out: at(out), schedules: SCHEDULES, ...options });
  if (outcome.kind !== 'finished') throw new Error(`ended as ${outcome.kind}`);
  return outcome.results;
}

const LITTLE = { attacks: ['fgsm-l2'], defences: ['none'] };

const bytes = (out: string) => readFileSync(at(out, 'results.json'), 'utf8');

describe('runEvaluation(config with an evaluator, { out, schedules })', () => {
  let results: EvaluationResults;
  beforeAll(async () => {
    results = await evaluated({}, 'whole');
  });

  it('attacks the defences of the evaluator on its held-out images', () => {
    expect(results.images).toEqual(Array.from({ length: 20 }, (_, i) => `heldOut ${i}`));
    expect(results.searched).toEqual([]);
    expect(results.defences.map(({ label, draws }) => [label, draws])).toEqual([
      ['learned', true],
      ['α = 0', false],
      ['no defence', false],
      ['noise only', true],
    ]);
    expect(results.cells).toHaveLength(12);
    for (const { attack, images } of results.cells) {
      expect(attack.gradients).toEqual({ kind: 'exact' });
      expect(images.outcomes).toHaveLength(20);
    }
  });

  it('finds what is known of an affine model: every fifth image is wrong, and a larger bound fools more', () => {
    const outcomesOf = (defence: string, attack: string) =>
      results.cells.find((cell) => cell.defence === defence && cell.attack.label === attack)?.images.outcomes;
    const [small, large] = ['fgsm-l2 ε=0.2', 'fgsm-l2 ε=0.6'].map((attack) =>
      outcomesOf('no defence', attack),
    );
    for (const outcomes of [small, large]) {
      expect([...(outcomes ?? '')].map((letter, i) => (letter === 'e') === (i % 5 === 4))).not.toContain(
        false,
      );
    }
    const successes = (outcomes = '') => [...outcomes].filter((letter) => letter === 's').length;
    expect(successes(large)).toBeGreaterThan(successes(small));
    expect(outcomesOf('α = 0', 'fgsm-l2 ε=0.6')).toBe(large);
  });

  it('tells evaluator, model and device in its manifest', () => {
    expect(results.manifest).toMatchObject({
      backend: 'attackable 1, evaluator',
      facts: { model: { name: 'affine', hash: `sha256:${'5'.repeat(64)}` }, temperature: null },
    });
    expect(readEvaluation(at('whole', 'results.json'))).toEqual(JSON.parse(bytes('whole')));
  });

  it('gives the same bytes where processes break down, and where it is interrupted', async () => {
    const log = at('faults.log');
    await evaluated({ log, faults: { 4: 'dies', 20: 'few' } }, 'faulty');
    const withoutCommand = (text: string) => text.replace(/"command": \[[^\]]*\]/s, '"command": []');
    expect(withoutCommand(bytes('faulty'))).toBe(withoutCommand(bytes('whole')));
    const controller = new AbortController();
    const outcome = await runEvaluation(readSearchConfig(configText({})), {
      out: at('interrupted'),
      schedules: SCHEDULES,
      signal: controller.signal,
      onEvent: ({ kind }) => kind === 'evaluated' && controller.abort(),
    });
    expect(outcome.kind).toBe('interrupted');
    await evaluated({}, 'interrupted');
    expect(bytes('interrupted')).toBe(bytes('whole'));
  });

  it('tells of images that the search is on, under other ids too', async () => {
    const { images, searched } = await evaluated({ sharedPixels: true }, 'searched', LITTLE);
    expect(searched).toEqual(images);
    const say = { sets: [{ name: 'heldOut', images: 24 }] };
    expect((await evaluated({ say }, 'no-search', LITTLE)).searched).toEqual([]);
  });

  it('says what the evaluator answers wrongly', async () => {
    const schedules = {
      ...SCHEDULES,
      schedules: [{ kind: 'learned', alphas: [0.123, 0] }],
    } as const;
    expect(await rejected(evaluated({}, 'refused', { schedules }))).toEqual([
      'E_EVALUATOR',
      expect.stringMatching(/got the error "this α is not liked"$/),
    ]);
  });
});

describe('what it refuses, before any work', () => {
  const attackable = { shape: [2, 2, 1], dtype: 'float32', gradients: false, draws: true };
  const changed = (from: string, to: string) => EVALUATION.map((line) => line.replace(from, to));
  it.each([
    [
      'an evaluator that only judges',
      configText({}, EVALUATION, JUDGE),
      'E_ATTACK',
      /: expected an evaluator that can be attacked, got one whose description has no attackable$/,
    ],
    [
      'more images than it has',
      configText({}, changed('images: 20', 'images: 25')),
      'E_CONFIG',
      /^evaluation\.images: expected at most 24, which the evaluator has in its set heldOut, got 25$/,
    ],
    [
      'BPDA',
      configText({}, ['gradients: bpda-identity', ...EVALUATION]),
      'E_CONFIG',
      /^evaluation\.gradients: expected exact or black-box with an evaluator, which hands out no purified images, got bpda-identity$/,
    ],
    [
      'gradients of an evaluator that has none',
      configText({ say: { attackable } }),
      'E_CONFIG',
      /^evaluation\.attacks: expected attacks that need no gradients, since the evaluator gives none, got fgsm-l2 ε=0\.2$/,
    ],
  ])('%s', async (_, text, code, message) => {
    const job = runEvaluation(readSearchConfig(text), { out: at('none'), schedules: SCHEDULES });
    expect(await rejected(job)).toEqual([code, expect.stringMatching(message)]);
    expect(existsSync(at('none'))).toBe(false);
  });

  it('schedules of another number of latents', async () => {
    const other = { ...SCHEDULES, model: { name: 'affine', latents: ['a'] } };
    const schedules = { ...other, schedules: [{ kind: 'learned', alphas: [0.5] }] } as const;
    expect(await rejected(evaluated({}, 'none', { schedules }))).toEqual([
      'E_SCHEDULES',
      'schedules to compare: expected α of 2 latents, got α of 1 for affine',
    ]);
  });
});
