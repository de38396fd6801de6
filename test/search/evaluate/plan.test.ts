import { describe, expect, it } from '@jest/globals';
import { linearSchedule, type Schedule, type SchedulesFile } from '../../../src/schedules/index.js';
import { evaluationOf } from '../../../src/search/config/evaluation-config.js';
import { readSearchConfig } from '../../../src/search/config/read-search-config.js';
import { searchFacts } from '../../../src/search/search-facts.js';
import { evaluationPlan, reportOptions } from '../../../src/search/evaluate/evaluation-plan.js';

function messageOf(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error, got none');
}

const SCHEDULES: readonly Schedule[] = [
  { kind: 'learned', alphas: [0.1, 0.2, 0.3] },
  { kind: 'linear', alphas: linearSchedule(3) },
  { kind: 'step', from: 2, alphas: [0, 0, 1] },
  { kind: 'custom', label: 'mine', alphas: [0.5, 0, 0] },
];

const configOf = (evaluation: string, more = '') =>
  readSearchConfig(
    `model: fashion-mnist\ntask: coarse\nattack: { l2Bound: 2 }\n${more}${evaluation === '' ? '' : `evaluation:\n${evaluation}`}`,
  );

function planOf(
  evaluation: string,
  options: {
    readonly more?: string;
    readonly schedules?: readonly Schedule[];
    readonly attacks?: readonly string[];
    readonly defences?: readonly string[];
  } = {},
) {
  const { more, schedules = SCHEDULES, ...only } = options;
  const file = { format: 'bo-search/schedules', version: 1, model: { name: 'm', latents: ['a', 'b', 'c'] } };
  const image = { height: 28, width: 28, channels: 1 };
  return evaluationPlan({
    config: configOf(evaluation, more),
    configFile: undefined,
    image,
    latents: 3,
    schedules: { ...file, schedules } as SchedulesFile,
    ...only,
  });
}

const attacks = (evaluation: string, only?: readonly string[]) =>
  planOf(evaluation, only === undefined ? {} : { attacks: only }).attacks.map(
    ({ label, family, images, attack, expectation }) => ({
      label,
      family,
      images,
      bound: attack.kind === 'fixed-budget' ? attack.ball.bound : null,
      draws: expectation.draws,
    }),
  );
const labels = (evaluation: string, options: Parameters<typeof planOf>[1] = {}) =>
  planOf(evaluation, options).defences.map(({ label }) => label);
const refusal = (evaluation: string, options: Parameters<typeof planOf>[1] = {}) =>
  messageOf(() => planOf(evaluation, options));

describe('attacks of an evaluation', () => {
  it('are PGD at three bounds around that of the search, and DeepFool, where nothing is said', () => {
    expect(attacks('')).toEqual([
      { label: 'pgd-l2 ε=1', family: 'pgd-l2', images: 50, bound: 1, draws: 1 },
      { label: 'pgd-l2 ε=2', family: 'pgd-l2', images: 50, bound: 2, draws: 1 },
      { label: 'pgd-l2 ε=4', family: 'pgd-l2', images: 50, bound: 4, draws: 1 },
      { label: 'deepfool', family: 'deepfool', images: 50, bound: null, draws: 1 },
    ]);
  });

  it('are one a bound, with settings, images and draws as said', () => {
    const [first, second] = planOf(
      '  attacks: [{ name: pgd-l2, label: long, steps: 40, l2Bound: [0.5, 3], images: 7, eot: { draws: 8, mode: mean-gradient } }]',
    ).attacks;
    expect([first.label, second.label]).toEqual(['long ε=0.5', 'long ε=3']);
    expect(first.attack.settings).toMatchObject({
      name: 'pgd-l2',
      steps: 40,
      l2Bound: 0.5,
      stepSize: 0.03125,
    });
    expect(second).toMatchObject({ images: 7, expectation: { draws: 8, mode: 'mean-gradient' } });
  });

  it('take one bound as well as a list, in L∞ too', () => {
    const list = '  attacks: [{ name: fgsm-l2, l2Bound: 3 }, { name: pgd-linf, linfBound: [0.1] }]';
    expect(attacks(list).map(({ label, bound }) => [label, bound])).toEqual([
      ['fgsm-l2 ε=3', 3],
      ['pgd-linf ε=0.1', 0.1],
    ]);
  });

  it('tell Square what shape images have', () => {
    const shape = { height: 28, width: 28, channels: 1 };
    const list =
      'attacks: [{ name: square-l2, l2Bound: 1 }, { name: autoattack }, { name: autoattack, label: rand, version: rand }]';
    const { attacks: planned } = planOf(`  ${list}`);
    const shapes = planned.map(({ attack, family }) => [
      family,
      (attack.settings as { shape?: object }).shape,
    ]);
    expect(shapes).toEqual([
      ['square-l2', shape],
      ...Array<unknown>(3).fill(['autoattack', shape]),
      ...Array<unknown>(3).fill(['rand', undefined]),
    ]);
  });

  it('can be named one by one: by label, by name, and some that are not listed', () => {
    const list =
      '  attacks: [{ name: pgd-l2, label: short, steps: 2 }, { name: pgd-l2, steps: 9 }, { name: fgsm-l2 }]';
    expect(attacks(list, ['short']).map(({ family }) => family)).toEqual(['short', 'short', 'short']);
    expect(new Set(attacks(list, ['pgd-l2']).map(({ family }) => family))).toEqual(
      new Set(['short', 'pgd-l2']),
    );
    expect(attacks(list, ['deepfool']).map(({ family }) => family)).toEqual(['deepfool']);
    expect(refusal(list, { attacks: ['pdg'] })).toMatch(
      /^attacks: expected names among fgsm-l2, .*, or labels of the configuration, got "pdg"$/,
    );
  });

  it('are told by their name alone where they look for the nearest error, whose restarts have a bound', () => {
    expect(attacks('  attacks: [{ name: fab-l2, restarts: 2, l2Bound: 1 }]')).toMatchObject([
      { label: 'fab-l2', family: 'fab-l2', bound: null },
    ]);
  });

  it.each([
    [
      '  attacks: [{ name: pgd-l2 }, { name: pgd-l2, steps: 9 }]',
      'evaluation.attacks.1.name: expected every attack once, got "pgd-l2" again',
    ],
    [
      '  attacks: [{ name: pgd-l2, l2Bound: 1 }, { name: deepfool, label: pgd-l2 ε=1 }]',
      'evaluation.attacks.1.name: expected every attack once, got "pgd-l2 ε=1" again',
    ],
    [
      '  attacks: [{ name: fab-l2, restarts: 2, l2Bound: [1, 2] }]',
      'evaluation.attacks.0.l2Bound: expected one bound, got 2',
    ],
    [
      '  images: 5\n  attacks: [{ name: pgd-l2, images: 6 }]',
      'evaluation.attacks.0.images: expected at most the 5 of evaluation.images, got 6',
    ],
    [
      '  gradients: black-box\n  attacks: [{ name: pgd-l2 }]',
      'evaluation.attacks.0.name: expected an attack without gradients, as evaluation.gradients: black-box, got pgd-l2',
    ],
  ])('are refused: %j', (text, message) => {
    expect(refusal(text)).toBe(message);
  });
});

describe('defences of an evaluation', () => {
  it('are those of the file, α = 0, none, noise and blur where nothing is said', () => {
    expect(labels('')).toEqual([
      'learned',
      'linear',
      'step 2',
      'α = 0',
      'no defence',
      'noise only',
      'blur only',
    ]);
    const own = SCHEDULES.slice(3);
    expect(labels('', { schedules: own })).toEqual([
      'mine',
      'α = 0',
      'no defence',
      'noise only',
      'blur only',
    ]);
  });

  it('go by name, by label or by formula, each once', () => {
    const names = '  defences: [file, mine, cosine, constant 0.25, constant .250, reversed linear, none]';
    expect(labels(names)).toEqual([
      ...['learned', 'linear', 'step 2', 'mine', 'cosine', 'α = 0.25', '1 − linear', 'no defence'],
    ]);
    expect(labels('', { defences: ['none', 'learned'] })).toEqual(['no defence', 'learned']);
    const [cosine] = planOf('  defences: [cosine]').defences;
    expect(cosine.alphas?.[2]).toBeCloseTo(1, 12);
  });

  it('are refused where two of one label differ: none is left out in silence', () => {
    const twice = (label?: string) =>
      [0.1, 0.2].map((alpha): Schedule => ({
        kind: 'custom',
        ...(label === undefined ? {} : { label }),
        alphas: [alpha, 0, 0],
      }));
    const schedules = (list: readonly Schedule[]) => refusal('  defences: [file, none]', { schedules: list });
    const message = (label: string) =>
      `defences: expected one defence called "${label}", got two that differ`;
    expect(schedules(twice())).toBe(message('custom'));
    expect(schedules(twice('mine'))).toBe(message('mine'));
    expect(schedules(twice('no defence').slice(1))).toBe(message('no defence'));
  });

  it('average K purifications, but where nothing is drawn by preprocessing alone', () => {
    const { defences } = planOf('  purifications: 7');
    expect(defences.map(({ label, purifications }) => [label, purifications])).toEqual([
      ...['learned', 'linear', 'step 2', 'α = 0'].map((label) => [label, 7]),
      ['no defence', 1],
      ['noise only', 7],
      ['blur only', 1],
    ]);
  });

  it('have the noise and blur of the evaluation, else of the preprocessing, else of paper and bound', () => {
    const made = (text: string, more = '') =>
      planOf(`${text}  defences: [noise, blur]`, { more }).defences.map(({ preprocessing }) => preprocessing);
    expect(made('')).toEqual([{ noise: { l2Norm: 2 } }, { blur: { sigma: 1, kernelSize: 3 } }]);
    const section = 'preprocessing: { noise: { l2Norm: 1.5 }, blur: { sigma: 2, kernelSize: 5 } }\n';
    expect(made('', section)).toEqual([{ noise: { l2Norm: 1.5 } }, { blur: { sigma: 2, kernelSize: 5 } }]);
    expect(made('  noise: { l2Norm: 9 }\n  blur: { sigma: 3 }\n', section)).toEqual([
      { noise: { l2Norm: 9 } },
      { blur: { sigma: 3, kernelSize: 5 } },
    ]);
  });

  it('stand behind preprocessing as configured, or with it and without', () => {
    const more = 'preprocessing: { noise: { l2Norm: 1 } }\n';
    expect(labels('  defences: [learned, none]', { more })).toEqual([
      'learned + preprocessing',
      'no defence',
    ]);
    const both = planOf('  preprocessing: [off, on]\n  defences: [learned]', { more }).defences;
    expect(both).toMatchObject([
      { label: 'learned', preprocessing: {} },
      { label: 'learned + preprocessing', preprocessing: { noise: { l2Norm: 1 } } },
    ]);
    expect(refusal('  preprocessing: [on]')).toBe(
      'evaluation.preprocessing: expected a section preprocessing with blur or noise beside on, got none',
    );
  });

  it.each(['constant 1.5', 'constant', 'cosinus', 'Learned'])('are refused by a name such as %j', (name) => {
    expect(refusal(`  defences: ["${name}"]`)).toBe(
      `evaluation.defences.0: expected linear, cosine, reversed linear, reversed cosine, constant and a number from 0 to 1, none, noise, blur, file, or a schedule of the file (learned, linear, step 2, mine), got "${name}"`,
    );
  });
});

describe('the report of an evaluation', () => {
  const options = (text: string) => reportOptions(planOf(text), configOf(text));

  it('compares with the learned schedule and reads minimum norms at the bounds there are', () => {
    expect(options('')).toEqual({ reference: 'learned' });
    expect(options('  defences: [none]\n  attacks: [{ name: deepfool }]')).toEqual({ bounds: [1, 2, 4] });
  });
});

describe('the evaluation section', () => {
  const mistakes = (text: string) => messageOf(() => configOf(text)).split('\n');

  it('has defaults for all that does not depend on others', () => {
    expect(evaluationOf(configOf(''))).toEqual({
      images: 50,
      purifications: 4,
      gradients: 'exact',
      verification: { draws: 10, share: 0.5 },
      checks: {
        transfer: true,
        purifierOff: true,
        noiseTries: 10,
        convergence: { draws: [1, 4], images: 10 },
      },
    });
    expect(configOf('')).not.toHaveProperty('evaluation');
  });

  it.each([
    ['  images: 0', 'search.yaml:5:11 evaluation.images: expected an integer of at least 1, got 0'],
    ['  imagse: 5', 'search.yaml:5:3 evaluation.imagse: unknown key, did you mean "images"?'],
    [
      '  attacks: [{ name: pdg-l2 }]',
      /^search\.yaml:5:21 evaluation\.attacks\.0\.name: expected one of fgsm-l2, .*, got "pdg-l2"$/,
    ],
    [
      '  attacks: [{ name: pgd-l2, steps: 0 }]',
      'search.yaml:5:36 evaluation.attacks.0.steps: expected an integer of at least 1, got 0',
    ],
    [
      '  attacks: [{ name: pgd-l2, l2Bound: 0 }]',
      'search.yaml:5:38 evaluation.attacks.0.l2Bound: expected a number above 0, got 0',
    ],
    [
      '  attacks: [{ name: pgd-l2, stepz: 4 }]',
      'search.yaml:5:36 evaluation.attacks.0.stepz: expected settings of pgd-l2 only, got 4',
    ],
    [
      '  attacks: [{ name: pgd-l2, linfBound: 4 }]',
      /^search\.yaml:5:.* evaluation\.attacks\.0\.\w+: expected/,
    ],
    [
      '  attacks: [{ name: pgd-linf }]',
      /^search\.yaml:5:.* evaluation\.attacks\.0\.linfBound: expected .*, got nothing$/,
    ],
    [
      '  attacks: [{ name: pgd-l2, l2Bound: [1, 2, 1] }]',
      'search.yaml:5:38 evaluation.attacks.0.l2Bound: expected every bound once, got [1,2,1]',
    ],
    [
      '  attacks: [{ name: deepfool, l2Bound: 1 }]',
      /^search\.yaml:5:40 evaluation\.attacks\.0\.l2Bound: expected settings of deepfool only, got 1$/,
    ],
    [
      '  checks: { convergence: { draws: [8, 8] } }',
      'search.yaml:5:35 evaluation.checks.convergence.draws: expected increasing numbers, got [8,8]',
    ],
    [
      '  verification: { share: 0 }',
      'search.yaml:5:26 evaluation.verification.share: expected a number above 0 and at most 1, got 0',
    ],
    [
      '  preprocessing: [maybe]',
      'search.yaml:5:19 evaluation.preprocessing.0: expected one of off, on, got "maybe"',
    ],
  ])('refuses %j with the place', (text, message) => {
    expect(mistakes(text)).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
  });
});

describe('the facts of a search', () => {
  it('know nothing of an evaluation: its section may come and change', () => {
    const facts = {
      model: { name: 'm', hash: 'h', latents: ['a'] },
      defence: { preprocessing: {}, temperature: 1 },
    };
    expect(searchFacts(configOf('  images: 5'), { facts })).toEqual(searchFacts(configOf(''), { facts }));
  });
});
