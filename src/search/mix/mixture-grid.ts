/** Which images a picture shows, and the picture of their mixtures. */
import { type ImageSet, selectImages } from '../../objective/images/image-set.js';
import type { CodeMixer, Mixture } from '../../objective/mixing/code-mixer.js';
import type { ImagePair } from '../../objective/mixing/image-pairs.js';
import { type FrameName, mixPng } from './mix-picture.js';

/** Places of the images down the left (A) and along the top (B). */
export interface MixtureGrid {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** The first images, first for the rows, then for the columns; classes take turns in them. */
export function gridOf(
  among: readonly number[],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): MixtureGrid {
  return { a: among.slice(0, rows), b: among.slice(rows, rows + columns) };
}

/** The PNG of all mixtures of a grid. @throws BoSearchError `E_NON_FINITE` or `E_IMAGES` */
export async function gridPng(
  mixer: CodeMixer,
  images: ImageSet,
  { a, b }: MixtureGrid,
  mixture: Mixture,
): Promise<Uint8Array> {
  const cells = a.flatMap((one) => b.map((other): ImagePair => ({ a: one, b: other })));
  const { pixels, answers } = await mixer.picture(cells, mixture);
  const frames = cells.map((pair, k) => frameOf(images.labels[pair.a], images.labels[pair.b], answers[k]));
  const pixelsOf = (places: readonly number[]): Float32Array =>
    selectImages(images, places, 'picture').pixels;
  return mixPng({ shape: images.shape, a: pixelsOf(a), b: pixelsOf(b), cells: pixels, frames });
}

function frameOf(ofA: number, ofB: number, answer: number): FrameName {
  if (ofA === ofB && answer === ofA) return 'plain';
  if (answer === ofA) return 'a';
  return answer === ofB ? 'b' : 'other';
}
