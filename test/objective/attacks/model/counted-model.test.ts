import { describe, expect, it } from '@jest/globals';
import type { AttackableModel } from '../../../../src/objective/attacks/model/attackable-model.js';
import {
  addTally,
  emptyTally,
  type RoundTallies,
  withTallies,
} from '../../../../src/objective/attacks/model/counted-model.js';
import { blackBox } from '../../../../src/objective/attacks/model/gradient-paths.js';
import { binaryModel } from '../models.js';

const images = Float32Array.of(0.1, 0.2, 0.3, 0.4);
const draw = { key: 'k', index: 0, imageIds: ['a', 'b'] };
const NONE = { queries: 0, gradients: 0, zeroGradients: 0, nonFinite: 0 };

function counted(more: Partial<AttackableModel> = {}) {
  const tallies: RoundTallies = new Map();
  return { model: withTallies({ ...binaryModel([1, 2], 0), ...more }, tallies), tallies };
}

describe('withTallies(model, tallies)', () => {
  it('counts a query an image for logits and for gradients, by id', async () => {
    const { model, tallies } = counted();
    await model.logits(images, draw);
    await model.vjp(images, draw, Float32Array.of(1, -1, 1, -1));
    await model.logits(images.subarray(2), { ...draw, imageIds: ['b'] });
    expect(tallies.get('a')).toEqual({ ...NONE, queries: 2, gradients: 1 });
    expect(tallies.get('b')).toEqual({ ...NONE, queries: 3, gradients: 1 });
  });
  it('counts the runs of the defence behind a draw', async () => {
    const { model, tallies } = counted({ runs: 32 });
    await model.logits(images, draw);
    expect(tallies.get('a')?.queries).toBe(32);
  });
  it('counts a gradient as asked for where the cotangent is not 0, fixed or a function', async () => {
    const { model, tallies } = counted();
    await model.vjp(images, draw, Float32Array.of(0, 0, 1, -1));
    await model.vjp(images, draw, (z) => z.map((_, at) => (at < 2 ? 0 : 1)));
    expect([tallies.get('a')?.gradients, tallies.get('b')?.gradients]).toEqual([0, 2]);
    expect(tallies.get('a')?.zeroGradients).toBe(0);
  });
  it('counts gradients of 0 among those asked for', async () => {
    const { model, tallies } = counted();
    // the second class has constant logits
    await model.vjp(images, draw, Float32Array.of(0, 1, 1, 1));
    expect(tallies.get('a')).toEqual({ ...NONE, queries: 1, gradients: 1, zeroGradients: 1 });
    expect(tallies.get('b')).toEqual({ ...NONE, queries: 1, gradients: 1 });
  });
  it.each([NaN, Infinity, -Infinity])(
    'counts answers with %p once each, and not as gradients of 0',
    async (value) => {
      const { model, tallies } = counted({
        logits: async () => Float32Array.of(1, 2, value, 0),
        vjp: async () => ({
          logits: Float32Array.of(1, 2, value, 0),
          gradient: Float32Array.of(value, 0, value, value),
        }),
      });
      await model.logits(images, draw);
      await model.vjp(images, draw, new Float32Array(4).fill(1));
      expect(tallies.get('a')).toEqual({ queries: 2, gradients: 1, zeroGradients: 0, nonFinite: 1 });
      expect(tallies.get('b')).toEqual({ queries: 2, gradients: 1, zeroGradients: 0, nonFinite: 2 });
    },
  );
  it('counts nothing of a call that failed', async () => {
    const { model, tallies } = counted({ logits: () => Promise.reject(new Error('lost')) });
    await expect(model.logits(images, draw)).rejects.toThrow('lost');
    expect(tallies.size).toBe(0);
  });
  it('gives back what the model answered, and has gradients only where it has', async () => {
    const inner = binaryModel([1, 2], 0);
    const { model } = counted();
    const cotangent = Float32Array.of(1, 0, 1, 0);
    expect(await model.logits(images, draw)).toEqual(await inner.logits(images, draw));
    expect(await model.vjp(images, draw, cotangent)).toEqual(await inner.vjp(images, draw, cotangent));
    expect('vjp' in withTallies(blackBox(inner), new Map())).toBe(false);
  });
});

describe('addTally(sum, more)', () => {
  it('adds every count, and nothing where there is none', () => {
    const sum = emptyTally();
    addTally(sum, { queries: 1, gradients: 2, zeroGradients: 3, nonFinite: 4 });
    addTally(sum, undefined);
    addTally(sum, { queries: 10, gradients: 20, zeroGradients: 30, nonFinite: 40 });
    expect(sum).toEqual({ queries: 11, gradients: 22, zeroGradients: 33, nonFinite: 44 });
  });
});
