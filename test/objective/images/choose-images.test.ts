import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { availableImages, chooseImages } from '../../../src/objective/images/choose-images.js';
import { fineTask } from '../../../src/objective/images/image-task.js';
import { expectError } from '../expect-error.js';
import { COARSE_TASK, FINE, poolOf } from './pools.js';

/** 60 images of each fine class, in turn. */
const pool = poolOf(Array.from({ length: 180 }, (_, index) => index % 3));
const fine = fineTask(FINE);

const choose = (count: number, seed: number, task = fine) =>
  chooseImages(pool, { split: 'search', count, task, seed });

const countsOf = (labels: Int32Array, classes: number) =>
  Array.from({ length: classes }, (_, k) => labels.filter((label) => label === k).length);

describe('chooseImages(pool, choice)', () => {
  it('takes as many of each class, labels being the task’s', () => {
    expect(countsOf(choose(30, 1).labels, 3)).toEqual([10, 10, 10]);
    const coarse = choose(30, 1, COARSE_TASK);
    expect(countsOf(coarse.labels, 2)).toEqual([15, 15]);
    expect(coarse.classes).toEqual(['top', 'bag']);
  });
  it('gives each image its own pixels and label', () => {
    const { ids, labels, pixels } = choose(30, 1, COARSE_TASK);
    for (const [row, id] of ids.entries()) {
      const index = Number(id.slice(1));
      expect(pixels[row * 2]).toBe(Math.fround(index / 255));
      expect(labels[row]).toBe(index % 3 === 2 ? 1 : 0);
    }
  });
  it('is as even as possible in every run of consecutive images', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.nat(89),
        fc.integer({ min: 1, max: 90 }),
        (count, seed, from, length) => {
          const block = choose(count, seed).labels.subarray(from % count, (from % count) + length);
          const counts = countsOf(block, 3);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 4, numRuns: 100 },
    );
  });
  it('can take as many as availableImages says, and not one more', () => {
    const labels = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 0, max: 50 }), (few, seed) => {
        for (const task of [fine, COARSE_TASK]) {
          const most = availableImages(few, { split: 'search', task, seed });
          const take = (count: number) => chooseImages(poolOf(few), { split: 'search', count, task, seed });
          if (most > 0) expect(take(most).ids).toHaveLength(most);
          expect(() => take(most + 1)).toThrow(/needs \d+ images, available \d+/);
        }
      }),
      { seed: 7, numRuns: 50 },
    );
  });
  it('draws by the seed which classes give one more', () => {
    const extra = new Set(
      Array.from({ length: 20 }, (_, seed) => countsOf(choose(4, seed).labels, 3).indexOf(2)),
    );
    expect(extra).toEqual(new Set([0, 1, 2]));
  });
  it('is a function of split, task, count and seed', () => {
    expect(choose(30, 1)).toEqual(choose(30, 1));
    expect(choose(30, 1).hash).not.toBe(choose(30, 2).hash);
  });
  it('keeps a class’s images when more are asked for', () => {
    const large = new Set(choose(60, 5).ids);
    expect(choose(31, 5).ids.filter((id) => !large.has(id))).toEqual([]);
  });
  it('takes all images of a class where so many are asked for', () => {
    expect(new Set(choose(180, 1).ids).size).toBe(180);
  });
  it('does not take the first images of the pool', () => {
    const first = choose(30, 1).ids.filter((id) => Number(id.slice(1)) < 30);
    expect(first.length).toBeLessThan(15);
  });
});

describe('chooseImages: what it refuses', () => {
  it('is a class with too few images, by name', () => {
    expectError(
      () => chooseImages(poolOf([0, 0, 1, 2, 2]), { split: 'search', count: 6, task: fine, seed: 1 }),
      {
        code: 'E_IMAGES',
        message: 'chooseImages: class "dress" of split "search" needs 2 images, available 1',
      },
    );
  });
  it('is a class with too few for the one more that the seed asks of it', () => {
    const few = poolOf([0, 0, 1, 2]);
    const outcomes = Array.from({ length: 20 }, (_, seed) => {
      try {
        return chooseImages(few, { split: 'search', count: 4, task: fine, seed }).ids.length;
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(new Set(outcomes)).toEqual(
      new Set([
        4,
        'chooseImages: class "dress" of split "search" needs 2 images, available 1',
        'chooseImages: class "bag" of split "search" needs 2 images, available 1',
      ]),
    );
  });
  it('is a split that is not there', () => {
    expectError(() => chooseImages(pool, { split: 'heldOut', count: 6, task: fine, seed: 1 }), {
      code: 'E_IMAGES',
      message: 'chooseImages: expected a pool with a split "heldOut", got none',
    });
  });
  it.each([0, -3, 1.5, NaN])('is a count of %p', (count) => {
    expectError(() => choose(count, 1), {
      code: 'E_IMAGES',
      message: `chooseImages: count must be an integer of at least 1, got ${count}`,
    });
  });
  it('is a task for other classes', () => {
    expectError(() => choose(6, 1, { ...COARSE_TASK, fromFine: [0, 1] }), {
      code: 'E_IMAGES',
      message: 'task "coarse" fromFine: expected one entry for each of the images\' 3 classes, got 2',
    });
  });
});
