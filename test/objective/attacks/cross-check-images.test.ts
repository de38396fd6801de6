import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRuntime, type Runtime } from '../../../src/objective/tensors/runtime.js';
import { TORCH_ABSOLUTE } from '../../tolerances.js';
import { type BundledVictim, openVictim, readFixtureImages } from './public-attacks.js';

const fixtures = readFixtureImages();
let runtime: Runtime;

beforeAll(async () => {
  runtime = await openRuntime();
});

describe.each(['coarse', 'fine'] as const)('the images that public attacks were run on, task %s', (task) => {
  const theirs = fixtures.tasks[task];
  let victim: BundledVictim;

  beforeAll(async () => {
    victim = await openVictim(runtime, task);
  });
  afterAll(() => victim.dispose());

  it('are what the loader gives today: ids, labels and pixels', () => {
    const { ids, labels, pixels } = victim.images;
    const size = victim.classifier.pixels;
    const brightness = ids.map((_, row) =>
      pixels.subarray(row * size, (row + 1) * size).reduce((sum, value) => sum + 255 * value, 0),
    );
    expect(ids).toEqual(theirs.ids);
    expect([...labels]).toEqual(theirs.labels);
    expect(brightness.map(Math.round)).toEqual(theirs.brightness);
  });
  it('were classified by these weights, to logits equal within the tolerance of PyTorch', async () => {
    const { ids, pixels } = victim.images;
    const logits = await victim.classifier.logits(pixels, { key: 'fixtures', index: 0, imageIds: ids });
    const off = logits.map((value, at) => Math.abs(value - theirs.logits[at]));
    expect(victim.hash).toBe(theirs.classifier);
    expect(logits).toHaveLength(theirs.logits.length);
    expect(Math.max(...off)).toBeLessThanOrEqual(TORCH_ABSOLUTE);
  });
});
