/** The groups of images behind observations of blocks, and the scores of their images. */

/** Variances of offsets, biases and nugget are those of the mean of so many images, whatever size the blocks have. */
export const UNIT_IMAGES = 25;

/** The scores behind the observations, from which the variances of offsets and biases are estimated. */
export interface BlockRows {
  /** Group (pattern of blocks) of each observation, shape (n); −1 where no blocks are known. */
  readonly of: Int32Array;
  /** Images of each group. */
  readonly images: readonly number[];
  /** Scores of single images in units of y, mean removed, shape (images of the group) each; empty without blocks. */
  readonly residuals: readonly Float64Array[];
  /** Point of each observation: index of the first observation there. */
  readonly point: Int32Array;
}
