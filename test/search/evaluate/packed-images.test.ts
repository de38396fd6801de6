import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packImages, unpackImages } from '../../../src/search/evaluate/packed-images.js';

const count = fc.nat(1000);
const share = fc.integer({ min: 0, max: 10 }).map((n) => n / 10);
const image = fc
  .record({
    outcome: fc.constantFrom('clean-error', 'success', 'failure'),
    fooled: fc.record({ float32: fc.boolean(), eightBit: fc.boolean() }),
    norm: fc.double({ min: 0, max: 100, noNaN: true }),
    shares: fc.record({ float32: share, eightBit: share }),
    tally: fc.record({ queries: count, gradients: count, zeroGradients: fc.nat(2), nonFinite: count }),
    nonFinite: fc.boolean(),
  })
  .map(({ nonFinite, ...rest }) => ({
    ...rest,
    flags: { zeroGradient: rest.tally.zeroGradients > 0, nonFinite },
  }));
const images = fc
  .array(image, { maxLength: 20 })
  .map((list) => list.map((one, i) => ({ id: `image ${i}`, ...one })));

describe('packImages', () => {
  it('keeps all of every image, through JSON too', () => {
    fc.assert(
      fc.property(images, (list) => {
        const packed = JSON.parse(JSON.stringify(packImages(list))) as ReturnType<typeof packImages>;
        const ids = [...list.map(({ id }) => id), 'one that was not attacked'];
        expect(unpackImages(packed, ids)).toEqual(list);
      }),
    );
  });

  it('has a letter an image', () => {
    const outcomes = (['clean-error', 'success', 'failure'] as const).map((outcome, i) => ({
      ...fc.sample(
        images.filter((list) => list.length > 0),
        { seed: 1, numRuns: 1 },
      )[0][0],
      id: String(i),
      outcome,
    }));
    expect(packImages(outcomes).outcomes).toBe('esf');
    expect(packImages([]).outcomes).toBe('');
  });
});
