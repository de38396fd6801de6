/** Settings of Square that do not depend on the norm. */
import { z } from 'zod';
import { BoSearchError } from '../../../errors.js';
import type { ImageShape } from '../../images/image-set.js';
import { countSchema, flagSchema } from './settings.js';

const SHARE = 'expected a number above 0 and at most 1';

/** Their schemas, to go beside name and bound. */
export const squareShape = {
  shape: z.strictObject(
    { height: countSchema, width: countSchema, channels: countSchema },
    'expected height, width and channels',
  ),
  iterations: countSchema.default(5000),
  initialShare: z.number(SHARE).positive(SHARE).max(1, SHARE).default(0.8),
  rescaleSchedule: flagSchema.default(false),
  earlyStop: flagSchema.default(true),
  incumbent: z.enum(['stored', 'redrawn'], 'expected "stored" or "redrawn"').default('stored'),
};

export interface SquareOptions {
  /** Extent of the model's images, whose values are in the order (height, width, channels). */
  readonly shape: ImageShape;
  /** Proposals after the start, at least 1; default 5,000. A failure asks about 1 + iterations points. */
  readonly iterations?: number;
  /** Share of the image's area that the first windows cover, in (0, 1]; default 0.8. */
  readonly initialShare?: number;
  /**
   * Shrink windows over `iterations` as the schedule does over 10,000; default false, which follows it as it is, so
   * that short attacks never come to small windows.
   */
  readonly rescaleSchedule?: boolean;
  /** Leave an image alone once a point of it is misclassified; default true. False goes on to raise the margin. */
  readonly earlyStop?: boolean;
  /**
   * What a proposal is compared with, for models that draw: the margin the best point had when it was taken (`stored`,
   * default, one query a proposal), or the best point again under the same draw as the proposal (`redrawn`, two).
   * Stored margins are those of lucky draws, and true improvements seldom beat them; an early stop believes one lucky
   * draw. Measured at 1.3 D on a linear model with noise of a tenth of its margin, 600 queries: 0 of 20 errors found
   * with the defaults, 20 of 20 with `redrawn` and no early stop, which is as good as without noise.
   */
  readonly incumbent?: 'stored' | 'redrawn';
}

/** @throws BoSearchError `E_ATTACK` unless the model's images have that shape. */
export function assertShape(name: string, { height, width, channels }: ImageShape, pixels: number): void {
  const values = height * width * channels;
  if (values === pixels) return;
  throw new BoSearchError(
    'E_ATTACK',
    `${name} shape: expected the ${pixels} values an image of the model has, got ${height}·${width}·${channels} = ${values}`,
    { hint: 'give height, width and channels of the images the model takes' },
  );
}
