/**
 * Square in L2: a grid of hills and hollows, then windows whose mass is gathered into one, always with ‖δ‖₂ = ε.
 *
 * Andriushchenko et al. 2020, arXiv:1912.00049, algorithm 3. A proposal takes the mass of a second window, and what the
 * box has cut off so far, and puts it into the first as its old pattern plus a new η of either sign, channel by channel.
 *
 * Notation: ν the perturbation, η the pattern, ρ its sign, ε the bound.
 */
import { z } from 'zod';
import type { RandomStream } from '../../../math/random.js';
import type { ImageShape } from '../../images/image-set.js';
import { checked } from '../../images/json-file.js';
import type { FixedBudgetAttack } from '../contract/fixed-budget-attack.js';
import { l2Norm, moveWithin } from '../geometry/l2.js';
import { l2BoundSchema } from './settings.js';
import { createSquareMachine, type SquareForm } from './square-machine.js';
import { type SquareOptions, squareShape } from './square-settings.js';
import { drawWindow, forEachPixel, l2Side, twoHills, type Window } from './square-windows.js';

/** Tiles along the shorter side at the start. */
const TILES = 5;

/** A sum of two patterns of norm 1 that is shorter than this is their rounding errors. */
const CANCELLED = 1e-6;

const schema = z.strictObject(
  {
    name: z.literal('square-l2', 'expected "square-l2"').default('square-l2'),
    l2Bound: l2BoundSchema,
    ...squareShape,
  },
  'expected settings of square-l2 only',
);

export interface SquareL2Options extends SquareOptions {
  readonly name?: 'square-l2';
  /** ε, above 0, at most 1e100. */
  readonly l2Bound: number;
}

export type SquareL2Settings = Required<SquareL2Options>;

/**
 * Square-L2.
 * @throws BoSearchError `E_ATTACK` for settings out of range; when it runs, for a shape that is not the model's.
 */
export function squareL2(options: SquareL2Options): FixedBudgetAttack<SquareL2Settings> {
  const settings = checked(options, schema, 'E_ATTACK', 'square-l2');
  const ball = { norm: 'l2', bound: settings.l2Bound } as const;
  const machine = createSquareMachine(settings, formOf(settings.shape, settings.l2Bound));
  return { kind: 'fixed-budget', settings, ball, needs: 'logits', machine };
}

function formOf(shape: ImageShape, bound: number): SquareForm {
  return {
    start: (clean, stream) => withNorm(clean, gridOfTiles(shape, stream), bound),
    propose: (clean, current, share, stream) => {
      const nu = Float64Array.from(current, (value, j) => value - clean[j]);
      const side = l2Side(share, shape);
      const target = drawWindow(stream, side, shape);
      gather(nu, target, drawWindow(stream, side, shape), { shape, bound, stream });
      return withNorm(clean, nu, bound);
    },
  };
}

/** The clean image plus ν, stretched to norm ε and cut to the box. */
function withNorm(clean: Float32Array, nu: Float64Array, bound: number): Float32Array {
  const norm = l2Norm(nu, 0, nu.length);
  const out = new Float32Array(clean.length);
  // a norm of 0 is that of an image that fills its box
  moveWithin(out, clean, 0, norm > 0 ? nu.map((value) => (bound * value) / norm) : nu, bound);
  return out;
}

/** Tiles of ⌊shorter side/5⌋ pixels in the middle of the image, each with a pattern, and a sign a channel. */
function gridOfTiles(shape: ImageShape, stream: RandomStream): Float64Array {
  const { height, width, channels } = shape;
  const side = Math.max(1, Math.floor(Math.min(height, width) / TILES));
  const nu = new Float64Array(height * width * channels);
  const [rows, columns] = [Math.floor(height / side), Math.floor(width / side)];
  const [top, left] = [Math.floor((height - rows * side) / 2), Math.floor((width - columns * side) / 2)];
  for (let r = 0; r < rows; r += 1) {
    for (let c = 0; c < columns; c += 1) {
      const eta = twoHills(stream, side);
      const signs = Array.from({ length: channels }, () => drawSign(stream));
      const tile = { row: top + r * side, column: left + c * side, side };
      forEachPixel(tile, shape, (offset, at) => {
        for (let ch = 0; ch < channels; ch += 1) nu[offset + ch] = signs[ch] * eta[at];
      });
    }
  }
  return nu;
}

interface Gathering {
  readonly shape: ImageShape;
  readonly bound: number;
  readonly stream: RandomStream;
}

/** Empties window `source` of ν, and gives `target` the mass of both and what ε has left over. */
function gather(nu: Float64Array, target: Window, source: Window, how: Gathering): void {
  const { shape, bound, stream } = how;
  const eta = twoHills(stream, target.side);
  const unused = Math.max(0, bound ** 2 - l2Norm(nu, 0, nu.length) ** 2) / shape.channels;
  for (let ch = 0; ch < shape.channels; ch += 1) {
    const sign = drawSign(stream);
    const old = valuesIn(nu, target, shape, ch);
    const ownMass = squareSum(old);
    const perOld = ownMass > 0 ? 1 / Math.sqrt(ownMass) : 0;
    const sum = eta.map((value, at) => sign * value + perOld * old[at]);
    const length = Math.sqrt(squareSum(sum));
    const pattern =
      length > CANCELLED ? sum.map((value) => value / length) : eta.map((value) => sign * value);
    // so that pixels of both windows count once
    forEachPixel(target, shape, (offset) => (nu[offset + ch] = 0));
    const mass = ownMass + squareSum(valuesIn(nu, source, shape, ch)) + unused;
    forEachPixel(source, shape, (offset) => (nu[offset + ch] = 0));
    forEachPixel(target, shape, (offset, at) => (nu[offset + ch] = Math.sqrt(mass) * pattern[at]));
  }
}

function valuesIn(nu: Float64Array, window: Window, shape: ImageShape, channel: number): Float64Array {
  const values = new Float64Array(window.side ** 2);
  forEachPixel(window, shape, (offset, at) => (values[at] = nu[offset + channel]));
  return values;
}

function squareSum(values: Float64Array): number {
  return l2Norm(values, 0, values.length) ** 2;
}

function drawSign(stream: RandomStream): number {
  return stream.uniform() < 0.5 ? -1 : 1;
}
