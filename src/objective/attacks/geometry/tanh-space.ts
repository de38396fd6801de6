/**
 * The box [0, 1] as the image of all real numbers, so that an attack may search without constraints.
 *
 * Carlini and Wagner 2017, arXiv:1608.04644, section V-B: x = ½(tanh w + 1). Here x = ½(tanh(w)/s + 1), clamped to the
 * box, with s a little below 1: pixels of exactly 0 and 1 then have a finite w, and the w of an image gives that image
 * back, not one shrunk towards grey.
 */

/** s, the reach of tanh that maps onto the box; w of a pixel of 0 or 1 is ∓7.25. */
export const TANH_REACH = 0.999999;

/** w of a pixel value in [0, 1]. */
export function toTanhSpace(x: number): number {
  return Math.atanh(TANH_REACH * (2 * x - 1));
}

/** The pixel value, in [0, 1], of tanh(w). */
export function fromTanh(tanh: number): number {
  return Math.min(1, Math.max(0, 0.5 * (tanh / TANH_REACH + 1)));
}

/** ∂x/∂w at tanh(w), the clamp not counted. */
export function tanhSlope(tanh: number): number {
  return (0.5 * (1 - tanh * tanh)) / TANH_REACH;
}
