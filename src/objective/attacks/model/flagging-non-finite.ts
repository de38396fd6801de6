/**
 * A model that answers NaN for images where another one gives up with `E_NON_FINITE`.
 *
 * Defences refuse to answer where a number of theirs is not finite, which is right for a score. An attack comes to
 * points where that happens: one such image must not end the attack on all others. It is flagged, and never a success.
 */
import { BoSearchError } from '../../../errors.js';
import type { AttackableModel, CotangentOf, Draw, VjpResult } from './attackable-model.js';

/** Part of a call: images `from` to `to` of it. */
interface Rows {
  readonly from: number;
  readonly to: number;
}

/**
 * The model, with NaN for logits and gradients of the images of a call that it gives up on. Where a call fails, its
 * halves are asked, down to the single image; the others get the answers they have in any batch.
 * @param model - with gradients or without, which decides what comes back.
 * @throws whatever else the model throws.
 */
export function flaggingNonFinite<Model extends AttackableModel>(model: Model): Model {
  const { classes, pixels } = model;
  const logits = async (images: Float32Array, draw: Draw): Promise<Float32Array> => {
    const whole = await orGivenUp(model.logits(images, draw));
    if (whole !== undefined) return whole;
    if (draw.imageIds.length <= 1) return nothing(classes);
    const ask = (part: Rows) => logits(imagesOf(images, part, pixels), drawOf(draw, part));
    return joined(...(await ofHalves(draw, ask)));
  };
  const vjp = model.vjp?.bind(model);
  if (vjp === undefined) return { ...model, logits };
  const gradients = async (images: Float32Array, draw: Draw, cotangent: CotangentOf): Promise<VjpResult> => {
    const whole = await orGivenUp(vjp(images, draw, cotangent));
    if (whole !== undefined) return whole;
    if (draw.imageIds.length <= 1) return { logits: nothing(classes), gradient: nothing(pixels) };
    // a function of the logits is one of the whole call, of which a half knows its own part only
    const fixed = typeof cotangent === 'function' ? cotangent(await logits(images, draw)) : cotangent;
    const [first, second] = await ofHalves(draw, (part) =>
      gradients(
        imagesOf(images, part, pixels),
        drawOf(draw, part),
        fixed.slice(part.from * classes, part.to * classes),
      ),
    );
    return {
      logits: joined(first.logits, second.logits),
      gradient: joined(first.gradient, second.gradient),
    };
  };
  return { ...model, logits, vjp: gradients };
}

/** The answer; undefined where the model gave up. */
async function orGivenUp<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!isNonFinite(error)) throw error;
    return undefined;
  }
}

async function ofHalves<Answer>(
  { imageIds }: Draw,
  ask: (rows: Rows) => Promise<Answer>,
): Promise<[Answer, Answer]> {
  const middle = imageIds.length >> 1;
  const first = await ask({ from: 0, to: middle });
  return [first, await ask({ from: middle, to: imageIds.length })];
}

function nothing(size: number): Float32Array {
  return new Float32Array(size).fill(NaN);
}

function isNonFinite(error: unknown): boolean {
  return error instanceof BoSearchError && error.code === 'E_NON_FINITE';
}

function imagesOf(images: Float32Array, { from, to }: Rows, pixels: number): Float32Array {
  return images.subarray(from * pixels, to * pixels);
}

function drawOf(draw: Draw, { from, to }: Rows): Draw {
  return { ...draw, imageIds: draw.imageIds.slice(from, to) };
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
