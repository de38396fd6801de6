/** Cuts images into contiguous shares, one a worker, as even as can be. */

/** Images [from, to) of a call. */
export interface Share {
  readonly from: number;
  readonly to: number;
}

/**
 * At most `workers` shares in the images' order; sizes differ by at most one, and none is empty.
 * @param images - B, at least 0. @param workers - at least 1.
 */
export function sharesOf(images: number, workers: number): Share[] {
  const count = Math.min(images, workers);
  return Array.from({ length: count }, (_, s) => ({
    from: Math.floor((images * s) / count),
    to: Math.floor((images * (s + 1)) / count),
  }));
}
