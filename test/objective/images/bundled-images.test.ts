import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { chooseImages } from '../../../src/objective/images/choose-images.js';
import { loadImagePool, type ImagePool } from '../../../src/objective/images/image-pool.js';
import { fineTask } from '../../../src/objective/images/image-task.js';

const COARSE = {
  name: 'coarse',
  classes: ['top', 'trouser', 'shoe', 'bag'],
  fromFine: [0, 1, 0, 0, 0, 2, 0, 2, 3, 2],
};

let pool: ImagePool;

beforeAll(async () => {
  pool = await loadImagePool(
    fileURLToPath(new URL('../../../examples/fashion-mnist/images.json', import.meta.url)),
  );
});

describe('the bundled images', () => {
  it('are 28 by 28 grey images of ten classes in three splits', () => {
    expect(pool.shape).toEqual({ height: 28, width: 28, channels: 1 });
    expect(pool.classes).toHaveLength(10);
    expect(Object.keys(pool.splits)).toEqual(['search', 'attack', 'heldOut']);
  });
  it('have no image twice, under whatever id', () => {
    const images = Object.values(pool.splits).flatMap(({ ids, pixels }) =>
      ids.map((_, row) => pixels.subarray(row * 784, (row + 1) * 784).join()),
    );
    expect(new Set(images).size).toBe(images.length);
  });
  it('suffice for the default search and test of both tasks, balanced', () => {
    for (const task of [COARSE, fineTask(pool.classes)]) {
      for (const [split, count] of [
        ['search', 200],
        ['heldOut', 1000],
      ] as const) {
        const { labels } = chooseImages(pool, { split, count, task, seed: 1 });
        const counts = task.classes.map((_, k) => labels.filter((label) => label === k).length);
        expect(new Set(counts)).toEqual(new Set([count / task.classes.length]));
      }
    }
  });
});
