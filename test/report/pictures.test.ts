import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  alphasPicture,
  alphasSvg,
  formatDuration,
  progressLine,
  progressText,
  scheduleRows,
  type ScoreRow,
  scoreTable,
} from '../../src/report/index.js';
import { cosineSchedule, linearSchedule, type SchedulesFile } from '../../src/schedules/index.js';

const unicode = { color: false, unicode: true };
const colored = { color: true, unicode: true };
const stripped = (text: string) => text.replaceAll(/\u001B\[\d+m/g, '');

describe('alphasPicture(latents, schedules, style)', () => {
  const latents = ['1x1.0', '4x4.0', '4x4.1'];
  const schedules = [
    { name: 'learned', alphas: [0, 0.39, 1] },
    { name: 'linear', alphas: linearSchedule(3) },
    { name: 'cosine', alphas: cosineSchedule(3) },
  ];

  it('shows bars, marks and numbers', () => {
    expect(alphasPicture(latents, schedules, unicode)).toEqual([
      'latent  0                              1  learned  linear  cosine',
      '1x1.0   ········c·l·····················     0.00    0.33    0.25',
      '4x4.0   ████████████▌········l·c········     0.39    0.67    0.75',
      '4x4.1   ███████████████████████████████x     1.00    1.00    1.00',
      'bars: learned; marks: l linear, c cosine, x together',
    ]);
  });

  it('needs nothing but ASCII where that is asked for', () => {
    const text = alphasPicture(latents, schedules).join('\n');
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).toContain('4x4.0   #############........l.c........     0.39');
  });

  it('shortens its bars where there is little room, down to 8 columns', () => {
    for (const width of [41, 50, 64]) {
      for (const line of alphasPicture(latents, schedules, unicode, width).slice(0, 4))
        expect(line).toHaveLength(width);
    }
    const narrow = alphasPicture(latents, schedules, unicode, 10);
    expect(narrow[0]).toBe('latent  0      1  learned  linear  cosine');
    expect(narrow[3]).toBe('4x4.1   ███████x     1.00    1.00    1.00');
  });

  it('is the same picture in colour', () => {
    const lines = alphasPicture(latents, schedules, colored);
    expect(lines.join('')).toContain('\u001B[');
    expect(lines.map(stripped)).toEqual(alphasPicture(latents, schedules, unicode));
  });

  it('keeps every line as wide as the others, whatever the alphas', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 30 }), (alphas) => {
        const names = alphas.map((_, i) => `z${i}`);
        const lines = alphasPicture(names, [{ name: 'learned', alphas }], unicode);
        expect(new Set(lines.map((line) => line.length)).size).toBe(1);
      }),
    );
  });
});

describe('alphasSvg(latents, schedules)', () => {
  const draw = (n: number, name = 'z') =>
    alphasSvg(
      Array.from({ length: n }, (_, i) => `${name}${i}`),
      [
        { name: 'learned', alphas: new Array<number>(n).fill(0.5) },
        { name: 'linear', alphas: linearSchedule(n) },
        { name: 'cosine', alphas: cosineSchedule(n) },
      ],
      { title: 'a <title> & more' },
    );

  it('has a bar a latent, a line a rival and a name a latent', () => {
    const svg = draw(12);
    expect(svg.match(/<rect class="f0"/g)).toHaveLength(12);
    expect(svg.match(/<polyline/g)).toHaveLength(2);
    for (let i = 0; i < 12; i++) expect(svg).toContain(`>z${i}</text>`);
  });

  it('escapes what names and title hold', () => {
    const svg = draw(2, '<&"\u0007');
    expect(svg).toContain('<title>a &lt;title&gt; &amp; more</title>');
    expect(svg).toContain('&lt;&amp;&quot;\uFFFD0</text>');
    expect(svg).not.toContain('\u0007');
  });

  it('holds nothing that is not a number and nothing from elsewhere', () => {
    for (const n of [1, 2, 18, 64, 512]) {
      const svg = draw(n, 'a long latent name ');
      expect(svg).not.toMatch(/NaN|Infinity|undefined|href|url\(|<script/);
    }
  });

  it('follows a dark preference', () => {
    expect(draw(3)).toContain('@media (prefers-color-scheme: dark)');
  });

  it('opens and closes every element', () => {
    const open: string[] = [];
    for (const [, close, name, self] of draw(5).matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (self === '') open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe('scoreTable(rows, style, width)', () => {
  const rows: readonly ScoreRow[] = [
    {
      name: 'learned',
      clean: { mean: 0.983, interval: [0.973, 0.99] },
      robust: { mean: 0.674, interval: [0.644, 0.702] },
      objective: { mean: 0.8285, interval: [0.813, 0.844] },
    },
    {
      name: 'linear',
      clean: { mean: 1, interval: [0.996, 1] },
      robust: { mean: 0.02, interval: [0.013, 0.031] },
      objective: { mean: 0.51, interval: [0.5, 0.52] },
      difference: { mean: 0.3185, interval: [0.3, 0.337] },
    },
    {
      name: 'step 4',
      objective: { mean: 0.8288, interval: [0.81, 0.84] },
      difference: { mean: -0.0003, interval: [-0.0104, 0.0098] },
    },
  ];

  it('shows percent, intervals and paired differences, a star where 0 is left out', () => {
    expect(scoreTable(rows)).toEqual([
      '         clean                robust             objective          learned − this',
      'learned  98.3 [97.3, 99.0]    67.4 [64.4, 70.2]  82.8 [81.3, 84.4]',
      'linear   100.0 [99.6, 100.0]   2.0 [1.3, 3.1]    51.0 [50.0, 52.0]  +31.9 [+30.0, +33.7] *',
      'step 4                                           82.9 [81.0, 84.0]  0.0 [−1.0, +1.0]',
    ]);
  });

  it('has no column of differences where there are none', () => {
    const alone = rows.map((row) => ({ name: row.name, objective: row.objective }));
    expect(scoreTable(alone)).toEqual([
      '         clean  robust  objective',
      'learned                 82.8 [81.3, 84.4]',
      'linear                  51.0 [50.0, 52.0]',
      'step 4                  82.9 [81.0, 84.0]',
    ]);
  });

  it('leaves intervals out where there is no room for them', () => {
    for (const line of scoreTable(rows, unicode, 80)) expect(line.length).toBeLessThanOrEqual(80);
    expect(scoreTable(rows, unicode, 80)[1]).toBe('learned  98.3   67.4    82.8 [81.3, 84.4]');
  });

  it('gives up the interval of the difference next, then the last one, and keeps the star', () => {
    expect(scoreTable(rows, unicode, 60)).toEqual([
      '         clean  robust  objective          learned − this',
      'learned  98.3   67.4    82.8 [81.3, 84.4]',
      'linear   100.0   2.0    51.0 [50.0, 52.0]  +31.9 *',
      'step 4                  82.9 [81.0, 84.0]  0.0',
    ]);
    expect(scoreTable(rows, unicode, 50)[2]).toBe('linear   100.0   2.0    51.0       +31.9 *');
    for (const width of [50, 60, 71]) {
      for (const line of scoreTable(rows, unicode, width)) expect(line.length).toBeLessThanOrEqual(width);
    }
  });
});

describe('progressText(progress)', () => {
  it('says what, how far, how good and how long', () => {
    const progress = {
      task: 'search',
      done: 7,
      of: 100,
      value: 0.7831,
      best: 0.812,
      secondsLeft: 80,
    };
    expect(progressText(progress)).toBe('search    7/100  value 0.783  best 0.812  1 min 20 s left');
  });

  it('leaves out what is not known, and the time at the end', () => {
    expect(progressText({ task: 'attack', done: 2, of: 2, secondsLeft: 0 })).toBe('attack  2/2');
  });
});

describe('progressLine(progress, style, width)', () => {
  it('never is wider than asked for', () => {
    const progress = {
      task: 'search',
      done: 50,
      of: 100,
      value: 0.5,
      best: 0.5,
      secondsLeft: 3,
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), (width) => {
        expect(stripped(progressLine(progress, colored, width)).length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('leaves out whole parts, never a half', () => {
    const progress = { task: 'search', done: 5, of: 10, value: 0.5, best: 0.75, secondsLeft: 80 };
    const parts = ['search', ' 5/10', 'value 0.500', 'best 0.750', '1 min 20 s left'];
    const whole = parts.map((_, i) => parts.slice(0, i + 1).join('  '));
    for (let width = 24; width < 70; width++) {
      const [text] = /search.*$/.exec(progressLine(progress, unicode, width)) ?? [''];
      expect(whole).toContain(text);
    }
  });

  it('is whole at the end, of nothing too', () => {
    expect(progressLine({ task: 'x', done: 0, of: 0 })).toBe('========== x  0/0');
  });
});

describe('formatDuration(seconds)', () => {
  it.each([
    [0, '< 1 s'],
    [0.99, '< 1 s'],
    [1, '1 s'],
    [59.4, '59 s'],
    [59.5, '1 min 00 s'],
    [65, '1 min 05 s'],
    [3599.4, '59 min 59 s'],
    [3600, '1 h 00 min'],
    [7380, '2 h 03 min'],
  ])('of %p is %p', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('scheduleRows(file)', () => {
  it('names every kind, and applies the attenuation', () => {
    const half = [0.5, 0.5];
    const file: SchedulesFile = {
      format: 'bo-search/schedules',
      version: 1,
      model: { name: 'm', latents: ['a', 'b'] },
      schedules: [
        { kind: 'learned', alphas: [1, 0], attenuation: 0.7, metrics: { search: { images: 3 } } },
        { kind: 'linear', alphas: half },
        { kind: 'step', from: 1, alphas: [0, 1] },
        { kind: 'constant', value: 0.5, alphas: half },
        { kind: 'reversed', of: 'cosine', alphas: [0.5, 0] },
        { kind: 'custom', label: 'mine', alphas: half },
      ],
    };
    const rows = scheduleRows(file);
    expect(rows.map((row) => row.name)).toEqual([
      'learned',
      'linear',
      'step 1',
      'α = 0.5',
      '1 − cosine',
      'mine',
    ]);
    expect(rows[0]).toEqual({
      name: 'learned',
      kind: 'learned',
      alphas: [1, 0],
      effectiveAlphas: [0.7, 0],
      search: { images: 3 },
    });
  });
});
