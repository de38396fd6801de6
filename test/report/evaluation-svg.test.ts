import { describe, expect, it } from '@jest/globals';
import { type CurveToDraw, evaluationSvg } from '../../src/report/index.js';

const at = (bound: number, mean: number) => ({
  bound,
  success: { mean, interval: [Math.max(0, mean - 0.1), Math.min(1, mean + 0.1)] as const },
});

const curve = (more: Partial<CurveToDraw> = {}): CurveToDraw => ({
  defence: 'learned',
  group: 'learned',
  preprocessed: false,
  attack: 'pgd-l2',
  norm: 'l2',
  form: 'points',
  images: 200,
  points: [at(0, 0.1), at(1, 0.4), at(2, 0.9)],
  ...more,
});
const steps = (more: Partial<CurveToDraw> = {}) =>
  curve({ form: 'steps', attack: 'deepfool', points: [at(0, 0.1), at(0.5, 0.5), at(9, 1)], ...more });

const count = (svg: string, part: string) => svg.split(part).length - 1;

describe('evaluationSvg(curves, options)', () => {
  it('has a panel for each attack, norm and number of images', () => {
    const svg = evaluationSvg([
      curve(),
      curve({ defence: 'linear', group: 'linear' }),
      steps(),
      curve({ norm: 'linf', attack: 'pgd-linf' }),
      curve({ images: 50 }),
    ]);
    expect(count(svg, 'class="panel"')).toBe(4);
    expect(svg).toContain('pgd-l2 <tspan class="soft">(200 images)</tspan>');
    expect(svg).toContain('pgd-l2 <tspan class="soft">(50 images)</tspan>');
    expect(count(svg, '>L2 bound<')).toBe(3);
    expect(count(svg, '>L∞ bound<')).toBe(1);
  });
  it('draws points with whiskers but for the clean errors, staircases with a band', () => {
    const points = evaluationSvg([curve()]);
    expect(count(points, 'class="whisker')).toBe(2);
    expect(count(points, 'class="band')).toBe(0);
    const staircase = evaluationSvg([steps()]);
    expect(count(staircase, 'class="whisker')).toBe(0);
    expect(count(staircase, 'class="band')).toBe(1);
  });
  it('dashes lines with preprocessing and says so, in the colour of their group', () => {
    const plain = evaluationSvg([curve()]);
    expect(plain).not.toContain('stroke-dasharray');
    const both = evaluationSvg([curve(), curve({ defence: 'learned + noise', preprocessed: true })]);
    expect(both).toContain('dashed: with preprocessing');
    expect(both).toMatch(/<polyline class="line s0" stroke-dasharray="6 4"/);
    expect(both).toMatch(/<polyline class="line s0" points/);
    expect(count(both, '>learned</text>')).toBe(1);
  });
  it('ends staircases at twice the largest budget, and alone at their last step', () => {
    const last = (svg: string) => [...svg.matchAll(/text-anchor="middle">([\d.]+)</g)].at(-1)?.[1];
    expect(last(evaluationSvg([curve(), steps()]))).toBe('4');
    expect(last(evaluationSvg([steps()]))).toBe('8');
    expect(last(evaluationSvg([steps()], { maxBound: 3 }))).toBe('3');
  });
  it('keeps files small: no more than one step for each unit of the picture', () => {
    const many = Array.from({ length: 5000 }, (_, i) => at(i / 1000, i / 5000));
    expect(evaluationSvg([steps({ points: many })]).length).toBeLessThan(20_000);
  });
  it('is well-formed whatever the names, and describes its lines in words', () => {
    const svg = evaluationSvg([curve({ defence: 'a<b & "c"', group: 'a<b & "c"' })], { title: 'x < y' });
    expect(svg).toContain('<title>x &lt; y</title>');
    expect(svg).toContain('<desc>pgd-l2: a&lt;b &amp; &quot;c&quot; 90.0 % at 2</desc>');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
  it('shows curves of clean errors alone, and says so if there are no curves', () => {
    expect(evaluationSvg([steps({ points: [at(0, 0)] })])).not.toMatch(/NaN|undefined|Infinity/);
    expect(evaluationSvg([])).toContain('nothing was attacked');
  });
});
