import { describe, expect, it } from '@jest/globals';
import {
  createEvaluationBlocks,
  disposeBlocks,
} from '../../../src/objective/evaluation/evaluation-blocks.js';
import { createImageSet, selectImages } from '../../../src/objective/images/image-set.js';
import { expectRejection } from '../expect-error.js';
import { preparedValues, type Recorded } from './prepared.js';

const clean = createImageSet({
  name: 'clean',
  shape: { height: 1, width: 1, channels: 1 },
  classes: ['a', 'b'],
  ids: ['x', 'y', 'z'],
  labels: Int32Array.of(0, 1, 0),
  pixels: Float32Array.of(0.25, 0.5, 0.75),
});
const attacked = createImageSet({ ...clean, name: 'attacked', pixels: Float32Array.of(0.125, 0.625, 1) });

/** Prepares, and remembers what. */
function recorder(failAt = Infinity) {
  const made: { prepared: Recorded; ids: readonly string[]; pixels: number[] }[] = [];
  const prepare = (pixels: Float32Array, ids: readonly string[]) => {
    if (made.length === failAt) throw new Error('out of memory');
    const prepared = preparedValues([...pixels]);
    made.push({ prepared, ids, pixels: [...pixels] });
    return prepared;
  };
  return { made, prepare };
}

describe('createEvaluationBlocks(options)', () => {
  it('makes one block of all images by default', async () => {
    const { made, prepare } = recorder();
    const blocks = await createEvaluationBlocks({ clean, attacked, prepare });
    expect(blocks).toHaveLength(1);
    expect(blocks[0].ids).toEqual(['x', 'y', 'z']);
    expect([...blocks[0].labels]).toEqual([0, 1, 0]);
    expect(made.map(({ pixels }) => pixels)).toEqual([
      [0.25, 0.5, 0.75],
      [0.125, 0.625, 1],
    ]);
  });
  it('keeps the order, and lets the last block be smaller', async () => {
    const { made, prepare } = recorder();
    const blocks = await createEvaluationBlocks({ clean, prepare, blockSize: 2 });
    expect(blocks.map(({ ids }) => ids)).toEqual([['x', 'y'], ['z']]);
    expect(made.map(({ pixels }) => pixels)).toEqual([[0.25, 0.5], [0.75]]);
    expect(blocks[0]).not.toHaveProperty('attacked');
  });
  it('disposes what it made when one cannot be made', async () => {
    const { made, prepare } = recorder(3);
    const blocks = createEvaluationBlocks({ clean, attacked, prepare, blockSize: 2 });
    await expect(blocks).rejects.toThrow('out of memory');
    expect(made.map(({ prepared }) => prepared.disposed)).toEqual([true, true, true]);
  });
  it('refuses attacked images that are not the clean ones', async () => {
    const { prepare } = recorder();
    const swapped = selectImages(attacked, [0, 2, 1], 'attacked');
    await expectRejection(createEvaluationBlocks({ clean, attacked: swapped, prepare }), {
      code: 'E_IMAGES',
      message: 'attacked images[1]: expected "y" of class 1 as clean, got "z" of class 0',
    });
    const fewer = selectImages(attacked, [0, 1], 'attacked');
    await expectRejection(createEvaluationBlocks({ clean, attacked: fewer, prepare }), {
      code: 'E_IMAGES',
      message: 'attacked images[2]: expected "z" of class 0 as clean, got none',
    });
  });
  it('refuses no images and blocks of none', async () => {
    const { prepare } = recorder();
    await expectRejection(createEvaluationBlocks({ prepare }), {
      code: 'E_IMAGES',
      message: 'createEvaluationBlocks: expected clean or attacked images, got none',
    });
    await expectRejection(createEvaluationBlocks({ clean, prepare, blockSize: 0 }), {
      code: 'E_ARGUMENT',
      message: 'createEvaluationBlocks: blockSize must be at least 1, got 0',
    });
  });
});

describe('disposeBlocks(blocks)', () => {
  it('disposes every part', async () => {
    const { made, prepare } = recorder();
    disposeBlocks(await createEvaluationBlocks({ clean, attacked, prepare, blockSize: 1 }));
    expect(made.every(({ prepared }) => prepared.disposed)).toBe(true);
  });
});
