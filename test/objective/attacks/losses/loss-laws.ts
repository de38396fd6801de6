/** Laws that every loss of an attack keeps; each loss's test file applies them. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AttackLoss,
  lossCotangent,
  lossValues,
} from '../../../../src/objective/attacks/losses/attack-loss.js';
import { FINITE_DIFFERENCE_TOLERANCE } from '../../../tolerances.js';

/** The loss of one row. */
export function valueAt(loss: AttackLoss, z: readonly number[], label: number, target = 0): number {
  return lossValues(loss, {
    logits: Float32Array.from(z),
    classes: z.length,
    labels: [label],
    targets: [target],
  })[0];
}

/** Its slope. */
export function cotangentAt(loss: AttackLoss, z: readonly number[], label: number, target = 0): number[] {
  return [
    ...lossCotangent(loss, {
      logits: Float32Array.from(z),
      classes: z.length,
      labels: [label],
      targets: [target],
    }),
  ];
}

/** Rows of logits at least 1/8 apart, so that no order changes within a difference. */
export function distinctRows(leastClasses: number) {
  return fc.integer({ min: leastClasses, max: 7 }).chain((classes) =>
    fc
      .record({
        steps: fc.uniqueArray(fc.integer({ min: -40, max: 40 }), { minLength: classes, maxLength: classes }),
        label: fc.integer({ min: 0, max: classes - 1 }),
        turn: fc.integer({ min: 1, max: classes - 1 }),
      })
      .map(({ steps, label, turn }) => ({
        z: steps.map((step) => step / 8),
        label,
        target: (label + turn) % classes,
      })),
  );
}

/** @param leastClasses - the least K that the loss is defined for. */
export function lossLaws(loss: AttackLoss, leastClasses: number): void {
  it('has its own gradient as cotangent, by central differences', () => {
    fc.assert(
      fc.property(distinctRows(leastClasses), ({ z, label, target }) => {
        const h = 2 ** -10;
        const analytic = cotangentAt(loss, z, label, target);
        for (const k of z.keys()) {
          const shifted = (by: number) =>
            valueAt(
              loss,
              z.map((value, i) => (i === k ? value + by : value)),
              label,
              target,
            );
          const numeric = (shifted(h) - shifted(-h)) / (2 * h);
          expect(Math.abs(analytic[k] - numeric)).toBeLessThan(
            FINITE_DIFFERENCE_TOLERANCE * (1 + Math.abs(numeric)),
          );
        }
      }),
      { seed: 5 },
    );
  });
  it('does not change when all logits are shifted', () => {
    fc.assert(
      fc.property(distinctRows(leastClasses), ({ z, label, target }) => {
        const shifted = z.map((value) => value - 20);
        expect(valueAt(loss, shifted, label, target)).toBeCloseTo(valueAt(loss, z, label, target), 6);
      }),
      { seed: 6 },
    );
  });
  it.each([NaN, Infinity, -Infinity])(
    'is NaN with a logit of %p, and its cotangent 0 in that row alone',
    (bad) => {
      const good = Array.from({ length: leastClasses }, (_, k) => k * k);
      const broken = good.map((value, k) => (k === 1 ? bad : value));
      const rows = {
        logits: Float32Array.from([...broken, ...good]),
        classes: leastClasses,
        labels: [0, 0],
        targets: [1, 1],
      };
      const values = lossValues(loss, rows);
      expect([values[0], values[1]]).toEqual([NaN, valueAt(loss, good, 0, 1)]);
      const cotangent = [...lossCotangent(loss, rows)];
      expect(cotangent.slice(0, leastClasses)).toEqual(good.map(() => 0));
      expect(cotangent.slice(leastClasses)).toEqual(cotangentAt(loss, good, 0, 1));
    },
  );
  it('is finite with a finite cotangent where all logits are equal, however large', () => {
    for (const size of [0, 1, 3e5, -1e30]) {
      const z = Array.from({ length: leastClasses }, () => size);
      expect(Number.isFinite(valueAt(loss, z, 0, 1))).toBe(true);
      expect(cotangentAt(loss, z, 0, 1).every(Number.isFinite)).toBe(true);
    }
  });
  it('is empty for no rows', () => {
    const none = { logits: new Float32Array(0), classes: leastClasses, labels: [], targets: [] };
    expect([lossValues(loss, none).length, lossCotangent(loss, none).length]).toEqual([0, 0]);
  });
}
