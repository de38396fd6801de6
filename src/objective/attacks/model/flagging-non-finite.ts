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
  const logits = (images: Float32Array, draw: Draw): Promise<Float32Array> =>
    askedInHalves(allOf(draw), (rows) => model.logits(imagesOf(images, rows, pixels), drawOf(draw, rows)), {
      broken: () => new Float32Array(classes).fill(NaN),
      joined: (a, b) => joined(a, b),
    });
  const vjp = model.vjp?.bind(model);
  if (vjp === undefined) return { ...model, logits };
  const fixed = (images: Float32Array, draw: Draw, cotangent: Float32Array): Promise<VjpResult> =>
    askedInHalves(
      allOf(draw),
      ({ from, to }) =>
        vjp(
          imagesOf(images, { from, to }, pixels),
          drawOf(draw, { from, to }),
          cotangent.slice(from * classes, to * classes),
        ),
      {
        broken: () => ({
          logits: new Float32Array(classes).fill(NaN),
          gradient: new Float32Array(pixels).fill(NaN),
        }),
        joined: (a, b) => ({
          logits: joined(a.logits, b.logits),
          gradient: joined(a.gradient, b.gradient),
        }),
      },
    );
  return {
    ...model,
    logits,
    async vjp(images: Float32Array, draw: Draw, cotangent: CotangentOf) {
      try {
        return await vjp(images, draw, cotangent);
      } catch (error) {
        if (!isNonFinite(error)) throw error;
        // a function of the logits is one of the whole call, of which the halves know their own part only
        const known = typeof cotangent === 'function' ? cotangent(await logits(images, draw)) : cotangent;
        return fixed(images, draw, known);
      }
    },
  };
}

/** The answer for `rows`, from halves where the whole fails. */
async function askedInHalves<Answer>(
  rows: Rows,
  ask: (rows: Rows) => Promise<Answer>,
  parts: { readonly broken: () => Answer; readonly joined: (a: Answer, b: Answer) => Answer },
): Promise<Answer> {
  try {
    return await ask(rows);
  } catch (error) {
    if (!isNonFinite(error)) throw error;
    if (rows.to - rows.from <= 1) return parts.broken();
    const middle = (rows.from + rows.to) >> 1;
    const first = await askedInHalves({ from: rows.from, to: middle }, ask, parts);
    return parts.joined(first, await askedInHalves({ from: middle, to: rows.to }, ask, parts));
  }
}

function isNonFinite(error: unknown): boolean {
  return error instanceof BoSearchError && error.code === 'E_NON_FINITE';
}

function allOf({ imageIds }: Draw): Rows {
  return { from: 0, to: imageIds.length };
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
