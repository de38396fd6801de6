// Bits of images as blocks of a sample, and their mean score.

export const BLOCK_IMAGES = 25;

/**
 * Blocks of 25 images for `study.report`.
 * @param {{ clean: string, robust: string }} bits
 * @param {string} sample
 * @param {number} [first] - number of the first block.
 */
export function inBlocks({ clean, robust }, sample, first = 0) {
  const count = Math.ceil(clean.length / BLOCK_IMAGES);
  return Array.from({ length: count }, (_, b) => {
    const cut = [b * BLOCK_IMAGES, (b + 1) * BLOCK_IMAGES];
    return {
      sample,
      block: first + b,
      outcomes: { clean: clean.slice(...cut), robust: robust.slice(...cut) },
    };
  });
}

/** (clean + robust) / 2 accuracy. @param {{ clean: string, robust: string }} bits */
export function meanScore({ clean, robust }) {
  let right = 0;
  for (const bit of clean + robust) if (bit === '1') right += 1;
  return right / (clean.length + robust.length);
}
