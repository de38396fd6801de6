import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttackedImage } from '../../../src/objective/attacks/run/run-attack.js';
import {
  attackDistances,
  successCurve,
  summariseAttack,
} from '../../../src/objective/evaluation/attack-summary.js';
import { wilsonInterval } from '../../../src/objective/evaluation/intervals.js';
import { expectError } from '../expect-error.js';

const image = (
  id: string,
  outcome: AttackedImage['outcome'],
  more: Partial<AttackedImage> = {},
): AttackedImage => ({
  id,
  outcome,
  fooled: { float32: outcome !== 'failure', eightBit: outcome !== 'failure' },
  norm: outcome === 'clean-error' ? 0 : 1.5,
  flags: { zeroGradient: false, nonFinite: false },
  ...more,
});

const four = [
  image('a', 'success'),
  image('b', 'failure', { flags: { zeroGradient: true, nonFinite: false } }),
  image('c', 'clean-error'),
  image('d', 'success', { fooled: { float32: true, eightBit: false }, norm: 0.5 }),
];

describe('summariseAttack(perImage)', () => {
  it('counts clean errors, successes and flags apart', () => {
    expect(summariseAttack(four)).toEqual({
      images: 4,
      cleanErrors: 1,
      attacked: 3,
      successes: 2,
      eightBitSuccesses: 1,
      successRate: { mean: 2 / 3, interval: wilsonInterval(2 / 3, 3) },
      robustAccuracy: { mean: 0.25, interval: wilsonInterval(0.25, 4) },
      zeroGradients: 1,
      nonFinite: 0,
    });
  });
  it('knows no rate where nothing was attacked', () => {
    const summary = summariseAttack([image('a', 'clean-error')]);
    expect(summary).not.toHaveProperty('successRate');
    expect(summary.robustAccuracy.mean).toBe(0);
  });
  it('refuses an image twice', () => {
    expectError(() => summariseAttack([...four, four[0]]), {
      code: 'E_ARGUMENT',
      message: 'summariseAttack: expected distinct images, got "a" twice',
    });
  });
});

describe('attackDistances(perImage)', () => {
  it('are 0 for clean errors, the norm for successes, Infinity for failures', () => {
    expect(attackDistances(four)).toEqual([
      { id: 'a', distance: 1.5 },
      { id: 'b', distance: Infinity },
      { id: 'c', distance: 0 },
      { id: 'd', distance: 0.5 },
    ]);
  });
  it('are the bound where rounding put a norm beyond it', () => {
    const stored = [image('a', 'success', { norm: 1.0000005 }), image('b', 'success', { norm: 0.5 })];
    expect(attackDistances(stored, 1).map(({ distance }) => distance)).toEqual([1, 0.5]);
  });
});

describe('successCurve(distances, bounds)', () => {
  it('is (clean errors + distances ≤ ε)/m', () => {
    expect(successCurve(attackDistances(four), [0, 0.4, 0.5, 1.5, 100, 1e9])).toEqual([
      0.25, 0.25, 0.5, 0.75, 0.75, 0.75,
    ]);
  });
  it('never falls as ε grows, and at ε = 0 is the clean error', () => {
    const distances = fc.array(
      fc.oneof(fc.constant(0), fc.constant(Infinity), fc.double({ min: 0, max: 9, noNaN: true })),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(distances, (list) => {
        const named = list.map((distance, i) => ({ id: `${i}`, distance }));
        const curve = successCurve(named, [0, 1, 2, 5, 9]);
        expect([...curve].sort((a, b) => a - b)).toEqual(curve);
        expect(curve[0]).toBe(list.filter((distance) => distance === 0).length / list.length);
        expect(curve[4]).toBe(list.filter(Number.isFinite).length / list.length);
      }),
      { seed: 8 },
    );
  });
  it.each([
    [[], 'successCurve: expected at least one image, got none'],
    [
      [
        { id: 'a', distance: 1 },
        { id: 'a', distance: 1 },
      ],
      'successCurve: expected distinct images, got "a" twice',
    ],
    [[{ id: 'a', distance: NaN }], 'successCurve: image "a": distance must be at least 0, got NaN'],
  ])('refuses %p', (distances, message) => {
    expectError(() => successCurve(distances, [1]), { code: 'E_ARGUMENT', message });
  });
});
