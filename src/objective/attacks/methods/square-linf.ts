/**
 * Square in L∞: vertical stripes of ±ε, then windows that are set to +ε or −ε, channel by channel.
 *
 * Andriushchenko et al. 2020, arXiv:1912.00049, algorithm 2. Every value is always at one end of what ball and box
 * allow. Signs that would leave a window as it is are all reversed, since asking about the same point twice is of no
 * use.
 */
import { z } from 'zod';
import type { ImageShape } from '../../images/image-set.js';
import { checked } from '../../images/json-file.js';
import type { FixedBudgetAttack } from '../contract/fixed-budget-attack.js';
import { moveWithinLinf } from '../geometry/linf.js';
import { linfBoundSchema } from './settings.js';
import { createSquareMachine, type SquareForm } from './square-machine.js';
import { type SquareOptions, squareShape } from './square-settings.js';
import { drawWindow, forEachPixel, linfSide, type Window } from './square-windows.js';

const schema = z.strictObject(
  {
    name: z.literal('square-linf', 'expected "square-linf"').default('square-linf'),
    linfBound: linfBoundSchema,
    ...squareShape,
  },
  'expected settings of square-linf only',
);

export interface SquareLinfOptions extends SquareOptions {
  readonly name?: 'square-linf';
  /** ε, above 0, at most 1e100; 1 reaches the whole box. */
  readonly linfBound: number;
}

export type SquareLinfSettings = Required<SquareLinfOptions>;

/**
 * Square-L∞.
 * @throws BoSearchError `E_ATTACK` for settings out of range; when it runs, for a shape that is not the model's.
 */
export function squareLinf(options: SquareLinfOptions): FixedBudgetAttack<SquareLinfSettings> {
  const settings = checked(options, schema, 'E_ATTACK', 'square-linf');
  const ball = { norm: 'linf', bound: settings.linfBound } as const;
  const machine = createSquareMachine(settings, formOf(settings.shape, settings.linfBound));
  return { kind: 'fixed-budget', settings, ball, needs: 'logits', machine };
}

function formOf(shape: ImageShape, bound: number): SquareForm {
  const { width, channels } = shape;
  return {
    start: (clean, stream) => {
      const signs = drawSigns(stream, width * channels);
      const out = new Float32Array(clean.length);
      const delta = Float64Array.from(clean, (_, j) => bound * signs[j % signs.length]);
      moveWithinLinf(out, clean, 0, delta, bound);
      return out;
    },
    propose: (clean, current, share, stream) => {
      const window = drawWindow(stream, linfSide(share, shape), shape);
      const signs = drawSigns(stream, channels);
      const set = (by: readonly number[]) => withWindow(clean, current, window, by, shape, bound);
      const moved = set(signs);
      const isNew = moved.some((value, j) => value !== current[j]);
      return isNew ? moved : set(signs.map((sign) => -sign));
    },
  };
}

function drawSigns(stream: { uniform(): number }, count: number): number[] {
  return Array.from({ length: count }, () => (stream.uniform() < 0.5 ? -1 : 1));
}

/** The current point, but with x + sign·ε of its channel in the window. */
function withWindow(
  clean: Float32Array,
  current: Float32Array,
  window: Window,
  signs: readonly number[],
  shape: ImageShape,
  bound: number,
): Float32Array {
  const { channels } = shape;
  const size = window.side ** 2 * channels;
  const before = new Float32Array(size);
  const after = new Float32Array(size);
  const delta = new Float64Array(size);
  forEachPixel(window, shape, (offset, at) => {
    for (let ch = 0; ch < channels; ch += 1) {
      before[at * channels + ch] = clean[offset + ch];
      delta[at * channels + ch] = bound * signs[ch];
    }
  });
  moveWithinLinf(after, before, 0, delta, bound);
  const out = current.slice();
  forEachPixel(window, shape, (offset, at) => {
    out.set(after.subarray(at * channels, (at + 1) * channels), offset);
  });
  return out;
}
