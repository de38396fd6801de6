/**
 * The picture of mixed codes: B's images along the top, A's down the left, and in the cells what class codes of A with
 * detail codes of B decode to. The frame of a cell says what the classifier answers: A's class, B's, or another.
 */
import { encode } from 'fast-png';
import { BoSearchError } from '../../errors.js';
import { type ImageShape, valuesPerImage } from '../../objective/images/image-set.js';

type Colour = readonly [red: number, green: number, blue: number];

/** Told apart by readers who see no red or no green, too (Okabe and Ito's palette). */
const FRAMES = {
  a: [0, 114, 178],
  b: [230, 159, 0],
  other: [150, 150, 150],
  plain: [255, 255, 255],
} as const satisfies Record<string, Colour>;

export type FrameName = keyof typeof FRAMES;

/** Cells are at least so many pixels high: small images are magnified by whole numbers. */
const LEAST_CELL = 96;
const FRAME = 5;
const GAP = 6;
/** Between the images and the mixtures of them. */
const MARGIN = 18;

export interface MixPicture {
  readonly shape: ImageShape;
  /** (R, H, W, C), (Q, H, W, C) and (R·Q, H, W, C) flat, values in [0, 1]; cells row by row. */
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly cells: Float32Array;
  /** One a cell; `plain` where A and B are of one class. */
  readonly frames: readonly FrameName[];
}

/**
 * The picture as the bytes of an RGB PNG.
 * @throws BoSearchError `E_IMAGES` for images that have neither 1 nor 3 channels.
 */
export function mixPng(picture: MixPicture): Uint8Array {
  const { shape, frames } = picture;
  assertChannels(shape);
  const d = valuesPerImage(shape);
  const [rows, columns] = [picture.a.length / d, picture.b.length / d];
  const scale = Math.max(1, Math.ceil(LEAST_CELL / Math.min(shape.height, shape.width)));
  const along = (size: number) => (k: number) =>
    k === 0 ? GAP : MARGIN + GAP + k * (size * scale + 2 * FRAME + GAP);
  const [x, y] = [along(shape.width), along(shape.height)];
  const canvas = blank(x(columns + 1), y(rows + 1));
  const draw = (pixels: Float32Array, at: number, column: number, row: number, colour: Colour): void => {
    const image = pixels.subarray(at * d, (at + 1) * d);
    drawFramed(canvas, { image, shape, scale }, [x(column), y(row)], colour);
  };
  for (let q = 0; q < columns; q++) draw(picture.b, q, q + 1, 0, FRAMES.plain);
  for (let r = 0; r < rows; r++) {
    draw(picture.a, r, 0, r + 1, FRAMES.plain);
    for (let q = 0; q < columns; q++) {
      const cell = r * columns + q;
      draw(picture.cells, cell, q + 1, r + 1, FRAMES[frames[cell]]);
    }
  }
  return encode({ ...canvas, channels: 3, depth: 8 });
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

function blank(width: number, height: number): Canvas {
  return { width, height, data: new Uint8Array(width * height * 3).fill(255) };
}

interface Drawn {
  readonly image: Float32Array;
  readonly shape: ImageShape;
  readonly scale: number;
}

/** An image with a frame around it, whose upper left corner is at (x, y). */
function drawFramed(
  canvas: Canvas,
  { image, shape, scale }: Drawn,
  [left, top]: readonly [number, number],
  frame: Colour,
): void {
  const { width, height, channels } = shape;
  const [w, h] = [width * scale + 2 * FRAME, height * scale + 2 * FRAME];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const to = ((top + y) * canvas.width + left + x) * 3;
      const [column, row] = [Math.floor((x - FRAME) / scale), Math.floor((y - FRAME) / scale)];
      const inside = column >= 0 && column < width && row >= 0 && row < height;
      for (let c = 0; c < 3; c++) {
        const value = inside
          ? 255 * image[(row * width + column) * channels + (channels === 3 ? c : 0)]
          : frame[c];
        canvas.data[to + c] = Math.round(value);
      }
    }
  }
}

function assertChannels({ channels }: ImageShape): void {
  if (channels === 1 || channels === 3) return;
  throw new BoSearchError('E_IMAGES', `picture: expected images of 1 or 3 channels, got ${channels}`);
}
