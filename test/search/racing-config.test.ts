import { describe, expect, it } from '@jest/globals';
import { withOverrides } from '../../src/search/config/with-overrides.js';
import { racingPlan } from '../../src/search/config/racing-plan.js';
import { readSearchConfig } from '../../src/search/index.js';
import { thrown } from '../objective/thrown.js';

const EVALUATOR = 'evaluator: { command: [node, judge.mjs] }\nattack: { l2Bound: 3 }\n';
const read = (search: string, more = '') => readSearchConfig(`${EVALUATOR}${more}search: { ${search} }\n`);
const refused = (search: string, more = '') =>
  thrown(() => read(search, more))[1].replaceAll(/search\.yaml:\d+:\d+ /g, '');

describe('search.racing', () => {
  it('true is what the defaults say: eight blocks, a fifth, four finalists, two fresh blocks', () => {
    const config = read('racing: true');
    expect(config.search.racing).toEqual({ blocks: 8, budget: 0.2, finalists: 4, fresh: 50 });
    expect(readSearchConfig(JSON.stringify(config))).toEqual(config);
    expect(racingPlan(config)).toEqual({
      blocks: 8,
      blockImages: 25,
      finalists: 4,
      fresh: 50,
      freshBlocks: [8, 9],
      full: 40_000,
      images: 8000,
      search: 7600,
    });
  });

  it('false is as if nothing was said', () => {
    expect(read('racing: false')).toEqual(read(''));
    expect(racingPlan(read(''))).toBeUndefined();
  });

  it('takes the largest divisor of the images up to 8 for its blocks', () => {
    for (const [images, blocks] of [
      [200, 8],
      [100, 5],
      [1000, 8],
      [98, 7],
      [9, 3],
    ]) {
      const { racing } = read(`images: ${images}, racing: { budget: 1, finalists: 1 }`).search;
      expect(racing).toMatchObject({ blocks, fresh: (2 * images) / blocks });
    }
  });

  it('counts attacked images alone where only they have weight', () => {
    const plan = racingPlan(read('racing: true', 'objective: robust-only\n'));
    expect(plan).toMatchObject({ full: 20_000, images: 4000, search: 3800 });
  });

  it('can be said beside the file, where a section stays as it is', () => {
    const section = read('racing: { blocks: 4 }');
    expect(withOverrides(section, { racing: true })).toEqual(section);
    expect(withOverrides(read(''), { racing: true })).toEqual(read('racing: true'));
    expect(withOverrides(section, { racing: false })).toEqual(read(''));
    expect(thrown(() => withOverrides(section, { evaluations: 1 }))).toEqual([
      'E_CONFIG',
      'search.racing.budget: expected a share of 400 image judgements that leaves 400, one α in full, ' +
        'beside 800 of the finalists, got 0.2',
    ]);
  });

  it.each([
    [
      'racing: 1',
      'search.racing: expected true or false, or a section with blocks, budget, finalists, fresh, got 1',
    ],
    [
      'images: 12, evaluations: 10, racing: yes',
      'search.racing: expected true or false, or a section with blocks, budget, finalists, fresh, got "yes"',
    ],
    [
      "images: 12, evaluations: 10, racing: { blocks: '4' }",
      'search.racing.blocks: expected an integer of at least 1, got "4"',
    ],
    ['racing: { budget: 0 }', 'search.racing.budget: expected a number above 0 and at most 1, got 0'],
    ['racing: { budget: 1.5 }', 'search.racing.budget: expected a number above 0 and at most 1, got 1.5'],
    ['racing: { blocks: 0 }', 'search.racing.blocks: expected an integer of at least 1, got 0'],
    ['racing: { blocks: 400 }', 'search.racing.blocks: expected a divisor of search.images = 200, got 400'],
    ['racing: { blocks: 7 }', 'search.racing.blocks: expected a divisor of search.images = 200, got 7'],
    ['racing: { fresh: 30 }', 'search.racing.fresh: expected a multiple of the 25 images of a block, got 30'],
    ['racing: { fresh: 0 }', 'search.racing.fresh: expected an integer of at least 1, got 0'],
    ['racing: { finalists: 0 }', 'search.racing.finalists: expected an integer of at least 1, got 0'],
    [
      'racing: { budget: 0.01 }',
      'search.racing.budget: expected a share of 40000 image judgements that leaves 400, one α in full, beside 400 of the finalists, got 0.01',
    ],
    ['racing: { block: 7 }', 'search.racing.block: unknown key, did you mean "blocks"?'],
    [
      'images: 199, racing: true',
      'search.images: expected search.images that 2 to 8 blocks divide, such as 200, with racing, got 199',
    ],
    ['racing: true, policy: sobol', 'search.racing: expected no racing with policy sobol, got true'],
    ['racing: true, reference: true', 'search.racing: expected no racing with search.reference, got true'],
    [
      'racing: true, block: 25',
      'search.block: expected no block with racing, whose blocks say how the images are cut, got 25',
    ],
  ])('refuses { %s }', (search, message) => {
    expect(refused(search)).toBe(message);
  });

  it('refuses points of its own that its budget does not judge in full', () => {
    const points = JSON.stringify(Array.from({ length: 40 }, () => [0.5]));
    expect(refused(`racing: true, points: ${points}`)).toBe(
      'search.racing.budget: expected a share of 40000 image judgements that leaves 16000, all 40 points in full, beside 400 of the finalists, got nothing',
    );
  });

  it('refuses images that are left out one by one: blocks would lose their classes', () => {
    const text =
      'evaluator: { command: [node] }\nattack: { l2Bound: 3, keepOnlySuccessful: true }\nsearch: { racing: true }\n';
    expect(thrown(() => readSearchConfig(text))[1]).toBe(
      'search.yaml:2:43 attack.keepOnlySuccessful: expected no keepOnlySuccessful with racing, whose blocks must keep their classes, got true',
    );
  });
});

describe('search.concurrency', () => {
  it('is for evaluators', () => {
    expect(read('concurrency: 4').search.concurrency).toBe(4);
    const model = 'model: fashion-mnist\ntask: coarse\nattack: { l2Bound: 3 }\nsearch: { concurrency: 2 }\n';
    expect(thrown(() => readSearchConfig(model))[1]).toBe(
      'search.yaml:4:24 search.concurrency: expected 1 without an evaluator: this process judges one α at a time, and workers share its images, got 2',
    );
    expect(withOverrides(read(''), { concurrency: 3 })).toEqual(read('concurrency: 3'));
  });
});
