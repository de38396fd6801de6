import { describe, expect, it } from '@jest/globals';
import { inputNoise, latentNoise } from '../../../src/objective/purification/noise.js';

const key = { key: 'sample 1', purification: 0 };
const row = (values: Float32Array, b: number, size: number): number[] =>
  Array.from(values.subarray(b * size, (b + 1) * size));

describe('latentNoise', () => {
  it('follows the image, not its place in a batch', () => {
    const batch = latentNoise(key, '4x4.0', ['a', 'b', 'c'], 5);
    expect(row(batch, 1, 5)).toEqual(Array.from(latentNoise(key, '4x4.0', ['b'], 5)));
    expect(row(latentNoise(key, '4x4.0', ['c', 'a'], 5), 0, 5)).toEqual(row(batch, 2, 5));
  });

  it('gives equal ids equal noise: clean and attacked versions of an image share it', () => {
    const twice = latentNoise(key, '4x4.0', ['a', 'a'], 5);
    expect(row(twice, 0, 5)).toEqual(row(twice, 1, 5));
  });

  it.each([
    ['another sample', { key: 'sample 2', purification: 0 }, '4x4.0', 'a'],
    ['another purification', { key: 'sample 1', purification: 1 }, '4x4.0', 'a'],
    ['another latent', key, '4x4.1', 'a'],
    ['another image', key, '4x4.0', 'b'],
  ])('is independent for %s', (_, other, latent, id) => {
    const n = 4000;
    const one = latentNoise(key, '4x4.0', ['a'], n);
    const two = latentNoise(other, latent, [id], n);
    const correlation = one.reduce((sum, value, i) => sum + value * (two[i] ?? NaN), 0) / n;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(n));
  });

  it('is standard normal', () => {
    const n = 20_000;
    const values = latentNoise(key, 'z', ['a', 'b'], n / 2);
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  it('is empty for no images', () => {
    expect(latentNoise(key, 'z', [], 5).length).toBe(0);
  });
});

describe('inputNoise', () => {
  it.each([0.5, 2, 4])('has L2 norm %d on every image', (l2Norm) => {
    const noise = inputNoise(key, ['a', 'b'], 784, l2Norm);
    for (const b of [0, 1]) expect(Math.hypot(...row(noise, b, 784))).toBeCloseTo(l2Norm, 5);
  });

  it('is not the noise of any latent', () => {
    const latent = latentNoise(key, 'input', ['a'], 10);
    const input = inputNoise(key, ['a'], 10, Math.hypot(...latent));
    expect(Array.from(input)).not.toEqual(Array.from(latent));
  });
});
