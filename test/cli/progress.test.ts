import { describe, expect, it } from '@jest/globals';
import { BoSearchError } from '../../src/errors.js';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import { learnedLines, verdictLines } from '../../src/cli/learned-lines.js';
import { liveProgress } from '../../src/cli/live-progress.js';
import { wordsOf } from '../../src/cli/run-words.js';
import { styleOf } from '../../src/cli/terminal.js';
import type { SearchEvent } from '../../src/search/index.js';

const trial = (done: number, of = 100): SearchEvent => ({
  kind: 'trial',
  number: done - 1,
  value: 0.75,
  best: 0.8,
  bestTrial: 0,
  done,
  of,
});

const written: SearchEvent = { kind: 'written', file: 'runs/a/results.json' };

function screen(live: boolean, times: readonly number[]) {
  const texts: string[] = [];
  let at = 0;
  const style = { live, color: false, unicode: true, columns: live ? 80 : Infinity };
  const progress = liveProgress(
    style,
    () => times[Math.min(at, times.length - 1)],
    (text) => texts.push(text),
  );
  return {
    texts,
    progress,
    show: (event: SearchEvent) => {
      progress.show(event);
      at += 1;
    },
  };
}

describe('liveProgress on a terminal', () => {
  it('writes one line over again, with the time that is left', () => {
    const { texts, show } = screen(true, [0, 2]);
    show(trial(1));
    show(trial(2));
    expect(texts).toEqual([
      '\r\u001B[K────────── search    1/100  value 0.750  best 0.800',
      '\r\u001B[K────────── search    2/100  value 0.750  best 0.800  3 min 16 s left',
    ]);
  });

  it('ends the line before another text, and when the work is done', () => {
    const { texts, show } = screen(true, [0]);
    show(trial(1, 2));
    show(written);
    show(trial(2, 2));
    expect(texts.map((text) => text.replace(/^\r\u001B\[K.*/, 'line'))).toEqual([
      'line',
      '\n',
      'wrote runs/a/results.json\n',
      'line',
      '\n',
    ]);
  });
});

describe('liveProgress elsewhere', () => {
  it('writes every tenth part of the work', () => {
    const { texts, show } = screen(false, [0]);
    for (let done = 1; done <= 100; done++) show(trial(done));
    expect(texts.map((text) => /(\d+)\/100/.exec(text)?.[1])).toEqual([
      '1',
      '11',
      '21',
      '31',
      '41',
      '51',
      '61',
      '71',
      '81',
      '91',
      '100',
    ]);
    expect(texts.every((text) => text.endsWith('\n') && !text.includes('\r'))).toBe(true);
  });

  it('writes at least every ten seconds', () => {
    const { texts, show } = screen(false, [0, 4, 8, 12, 16]);
    for (let done = 1; done <= 5; done++) show(trial(done, 10_000));
    expect(texts.map((text) => /(\d+)\/10000/.exec(text)?.[1])).toEqual(['1', '4']);
  });

  it('takes the time left from this session, not from evaluations of earlier ones', () => {
    const { texts, show } = screen(false, [0, 10]);
    show(trial(90));
    show(trial(91));
    expect(texts[1]).toContain('1 min 30 s left');
  });
});

describe('wordsOf(event)', () => {
  it.each<[SearchEvent, string]>([
    [
      { kind: 'opened', backend: 'wasm', model: 'm', task: 'coarse', latents: 12, classes: 4 },
      'model m, task coarse: 12 latents, 4 classes; wasm',
    ],
    [
      { kind: 'study', place: 'a/study.jsonl', ended: 0, evaluations: 9 },
      'search of 9 evaluations, kept in a/study.jsonl',
    ],
    [
      { kind: 'study', place: 'a/study.jsonl', ended: 4, evaluations: 9 },
      'going on with a/study.jsonl: 4 of 9 evaluations are there',
    ],
    [{ kind: 'trial-failed', number: 3, reason: 'NaN' }, 'trial 3 failed: NaN'],
    [{ kind: 'warning', message: 'torn' }, 'warning: torn'],
    [
      { kind: 'adaptive', evaluation: 2000, heldOutRow: 20_000 },
      'every α is attacked anew: up to 2000 gradients an evaluation, 20000 a held-out schedule',
    ],
    [
      { kind: 'refreshing', round: 1, after: 25, incumbent: { number: 7, alphas: [0, 1] } },
      'after 25 evaluations the search images are made against trial 7',
    ],
    [
      { kind: 'refreshing', round: 2, after: 50 },
      'after 50 evaluations the search images are made against every α = 0: no trial has a value',
    ],
  ])('words %j', (event, text) => {
    expect(wordsOf(event)).toEqual({ kind: 'line', text });
  });

  it('counts clean errors and successes of an attack apart', () => {
    const share = { mean: 0.1, interval: [0, 0.2] as const };
    const summary = {
      images: 10,
      cleanErrors: 1,
      attacked: 9,
      successes: 8,
      eightBitSuccesses: 8,
      robustAccuracy: share,
      zeroGradients: 0,
      nonFinite: 0,
    };
    expect(wordsOf({ kind: 'attacked', split: 'heldOut', reused: true, kept: 10, summary })).toEqual({
      kind: 'line',
      text: 'attacked held-out images found again: of 10 images 1 were wrong before, and the attack made 8 of the other 9 wrong',
    });
  });
});

describe('learnedLines(search)', () => {
  const at = (trial: number) => ({ trial, params: {}, alphas: [0.5] });
  const recommended = { ...at(3), mean: 0.7412, interval: [0.7, 0.78] as const };
  const first =
    'learned after 14 evaluations (trial 3, counted from 0): 0.741 [0.700, 0.780] on the search images';

  it('says why another trial than the best observed is recommended', () => {
    const search = { evaluations: 14, recommended: { ...recommended, observed: { ...at(12), value: 0.76 } } };
    expect(learnedLines(search)).toEqual([
      first,
      'chosen by posterior mean; best observed: trial 12 with 0.760',
    ]);
  });

  it('says no more where it is the same trial', () => {
    const search = { evaluations: 14, recommended: { ...recommended, observed: { ...at(3), value: 0.75 } } };
    expect(learnedLines(search)).toEqual([first]);
  });
});

describe('verdictLines(rows)', () => {
  const row = (name: string, low: number, high: number) => ({
    name,
    difference: { mean: (low + high) / 2, interval: [low, high] as const },
  });

  it('names what was not beaten: what was better, and what the images do not tell apart', () => {
    const rows = [
      { name: 'learned' },
      row('linear', 0.01, 0.1),
      row('α = 0', -0.01, 0.02),
      row('no defence', -0.3, -0.1),
    ];
    expect(verdictLines(rows)).toEqual([
      'what was learned is worse than: no defence',
      'these images do not tell what was learned from: α = 0',
    ]);
  });

  it('says nothing where all were beaten, and counts an interval that ends at 0 as not told apart', () => {
    expect(verdictLines([{ name: 'learned' }, row('linear', 0.01, 0.1)])).toEqual([]);
    expect(verdictLines([row('a', -0.2, 0), row('b', 0, 0.2)])).toEqual([
      'these images do not tell what was learned from: a, b',
    ]);
  });
});

describe('exitCodeOf(error)', () => {
  it.each([
    ['E_CONFIG', 2],
    ['E_MODEL', 2],
    ['E_WEIGHTS', 2],
    ['E_IMAGES', 2],
    ['E_SCHEDULES', 2],
    ['E_ALPHAS', 2],
    ['E_NON_FINITE', 2],
    ['E_LOCKED', 3],
    ['E_JOURNAL', 3],
    ['E_STORAGE', 3],
    ['E_CONFIG_CHANGED', 3],
  ] as const)('of %s is %i', (code, exit) => {
    expect(exitCodeOf(new BoSearchError(code, 'x'))).toBe(exit);
  });

  it('of anything else is 1', () => {
    expect(exitCodeOf(new Error('x'))).toBe(1);
    expect(exitCodeOf('x')).toBe(1);
  });
});

describe('styleOf(stream, env)', () => {
  const terminal = { isTTY: true, columns: 100 } as NodeJS.WriteStream;
  const pipe = { isTTY: false } as NodeJS.WriteStream;

  it.each([
    ['a terminal', terminal, {}, { live: true, color: true, unicode: true, columns: 100 }],
    ['a pipe', pipe, {}, { live: false, color: false, unicode: true, columns: Infinity }],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, { live: true, color: false, unicode: true, columns: 100 }],
    [
      'an empty NO_COLOR',
      terminal,
      { NO_COLOR: '' },
      { live: true, color: true, unicode: true, columns: 100 },
    ],
    [
      'a dumb terminal',
      terminal,
      { TERM: 'dumb' },
      { live: false, color: false, unicode: false, columns: 100 },
    ],
    ['the C locale', pipe, { LC_ALL: 'C' }, { live: false, color: false, unicode: false, columns: Infinity }],
    [
      'FORCE_COLOR',
      pipe,
      { FORCE_COLOR: '1' },
      { live: false, color: true, unicode: true, columns: Infinity },
    ],
    [
      'both',
      pipe,
      { FORCE_COLOR: '1', NO_COLOR: '1' },
      { live: false, color: false, unicode: true, columns: Infinity },
    ],
  ])('of %s', (_, stream, env, style) => {
    expect(styleOf(stream, env)).toEqual(style);
  });
});
