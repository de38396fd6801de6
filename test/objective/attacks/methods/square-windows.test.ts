import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomStream } from '../../../../src/math/random.js';
import {
  drawWindow,
  forEachPixel,
  l2Side,
  linfSide,
  shareAt,
  twoHills,
} from '../../../../src/objective/attacks/methods/square-windows.js';

const sizes = fc.integer({ min: 1, max: 40 });
const shares = fc.double({ min: 1e-4, max: 1, noNaN: true });

describe('shareAt(initialShare, i, rescaledTo)', () => {
  it('halves after iterations 10, 50, 200, 500, 1000, 2000, 4000, 6000 and 8000', () => {
    for (const [n, threshold] of [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000].entries()) {
      expect(shareAt(0.8, threshold)).toBe(0.8 / 2 ** n);
      expect(shareAt(0.8, threshold + 1)).toBe(0.8 / 2 ** (n + 1));
    }
    expect(shareAt(0.3, 0)).toBe(0.3);
    expect(shareAt(0.8, 1e6)).toBe(0.8 / 512);
  });
  it('goes through all of that in the iterations it is rescaled to', () => {
    expect(shareAt(0.8, 81, 100)).toBe(0.8 / 512);
    expect(shareAt(0.8, 20, 100)).toBe(0.8 / 32);
    expect(shareAt(0.8, 21, 100)).toBe(0.8 / 64);
    expect(shareAt(0.8, 0, 100)).toBe(0.8);
  });
});

describe('linfSide and l2Side', () => {
  it.each([
    [0.8, 28, 25, 25],
    [0.4, 28, 18, 19],
    [0.05, 28, 6, 7],
    [0.0016, 28, 1, 3],
    [0.8, 8, 7, 7],
    [1, 8, 8, 7],
    [0.8, 4, 4, 3],
    [0.8, 2, 2, 1],
    [0.8, 1, 1, 1],
  ])('of a share of %p of %p × itself are %p and %p', (share, height, linf, l2) => {
    const shape = { height, width: height, channels: 3 };
    expect([linfSide(share, shape), l2Side(share, shape)]).toEqual([linf, l2]);
  });
  it('fit into the shorter side of images that are not square', () => {
    const shape = { height: 3, width: 50, channels: 1 };
    expect([linfSide(0.8, shape), l2Side(0.8, shape)]).toEqual([3, 3]);
  });
  it('are from 1 to the shorter side for every shape and share; of L2, odd', () => {
    fc.assert(
      fc.property(sizes, sizes, shares, (height, width, share) => {
        const shape = { height, width, channels: 1 };
        for (const side of [linfSide(share, shape), l2Side(share, shape)]) {
          expect(side).toBeGreaterThanOrEqual(1);
          expect(side).toBeLessThanOrEqual(Math.min(height, width));
        }
        expect(l2Side(share, shape) % 2).toBe(1);
      }),
    );
  });
});

describe('drawWindow(stream, side, shape)', () => {
  it('touches every row and column, first and last alike', () => {
    const shape = { height: 5, width: 7, channels: 1 };
    const counts = { top: 0, bottom: 0, left: 0, right: 0 };
    const stream = randomStream('test-window', 1);
    for (let i = 0; i < 1200; i += 1) {
      const { row, column, side } = drawWindow(stream, 3, shape);
      if (row === 0) counts.top += 1;
      if (row + side === 5) counts.bottom += 1;
      if (column === 0) counts.left += 1;
      if (column + side === 7) counts.right += 1;
    }
    // 400 ± 4·16 of the rows, 240 ± 4·14 of the columns
    for (const count of [counts.top, counts.bottom]) expect(Math.abs(count - 400)).toBeLessThan(64);
    for (const count of [counts.left, counts.right]) expect(Math.abs(count - 240)).toBeLessThan(56);
  });
  it('is the whole image where the side is', () => {
    const shape = { height: 4, width: 4, channels: 1 };
    expect(drawWindow(randomStream('w'), 4, shape)).toEqual({ row: 0, column: 0, side: 4 });
  });
});

describe('forEachPixel(window, shape, visit)', () => {
  it('visits the pixels of the window, row by row, by the offset of their first channel', () => {
    const offsets: number[] = [];
    forEachPixel({ row: 1, column: 2, side: 2 }, { height: 3, width: 4, channels: 3 }, (offset, at) => {
      offsets[at] = offset;
    });
    expect(offsets).toEqual([18, 21, 30, 33]);
  });
});

describe('twoHills(stream, side)', () => {
  it('has norm 1 for every side', () => {
    for (let side = 1; side <= 30; side += 1) {
      const eta = twoHills(randomStream('hills', side), side);
      expect(eta).toHaveLength(side * side);
      expect(Math.hypot(...eta)).toBeCloseTo(1, 12);
    }
  });
  it('is, up to scale, equation (2) for a window of 5: sums of 1/(3 − k)² over a hill of 2 rows and a hollow of 3', () => {
    const [edge, middle, top] = [1 / 9, 1 / 9 + 1 / 4, 1 / 9 + 1 / 4 + 1];
    const table = [
      [edge, middle, middle, middle, edge],
      [edge, middle, top, middle, edge],
      [-edge, -middle, -middle, -middle, -edge],
      [-edge, -middle, -top, -middle, -edge],
      [-edge, -middle, -middle, -middle, -edge],
    ];
    const flat = table.flat();
    const norm = Math.hypot(...flat);
    const seen = new Set<string>();
    for (let seed = 0; seed < 20; seed += 1) {
      const eta = twoHills(randomStream('hills', seed), 5);
      const isUpright = Math.sign(eta[4]) === Math.sign(eta[0]);
      seen.add(String(isUpright));
      for (let r = 0; r < 5; r += 1) {
        for (let c = 0; c < 5; c += 1) {
          const expected = (isUpright ? table[r][c] : table[c][r]) / norm;
          expect(eta[r * 5 + c]).toBeCloseTo(expected, 12);
        }
      }
    }
    expect(seen.size).toBe(2);
  });
});
