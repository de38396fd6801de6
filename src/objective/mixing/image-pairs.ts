/** Pairs of images of different classes, whose codes are mixed. */
import { BoSearchError, internalError } from '../../errors.js';
import { randomStream } from '../../math/random.js';

/** A and B of a mixture, as places in a list of images. */
export interface ImagePair {
  readonly a: number;
  readonly b: number;
}

/**
 * Pairs of different classes, no two the same. A goes round the images in order; the class of its partner is drawn among
 * the others, and within that class images take turns in a keyed order. So every image is an A equally often (but for
 * one), and the images of a class are partners about equally often.
 * @param labels - class of each image (m).
 * @param seed - of the draws.
 * @throws BoSearchError `E_ARGUMENT` for a count that is none, or one above m times the least number of images that any
 * image can be paired with.
 */
export function pairImages(labels: ArrayLike<number>, count: number, seed: number): ImagePair[] {
  const all = Array.from(labels);
  const classes = [...new Set(all)].toSorted((one, other) => one - other);
  assertCount(all, classes, count);
  const stream = randomStream('image-pairs', seed);
  const turns = new Map(classes.map((label) => [label, inTurn(all, label, stream.permutation.bind(stream))]));
  const met = all.map(() => new Set<number>());
  return Array.from({ length: count }, (_, p) => {
    const a = p % all.length;
    const others = classes.filter((label) => label !== all[a]);
    const order = stream.permutation(others.length);
    for (const at of order) {
      const b = turns.get(others[at])?.next(met[a]);
      if (b === undefined) continue;
      met[a].add(b);
      return { a, b };
    }
    throw internalError('pairImages: an image ran out of partners');
  });
}

interface Turns {
  /** The next image that is not among those met; undefined where all are. */
  next(met: ReadonlySet<number>): number | undefined;
}

function inTurn(labels: readonly number[], label: number, permutation: (n: number) => Int32Array): Turns {
  const members = [...labels.keys()].filter((i) => labels[i] === label);
  const queue = Array.from(permutation(members.length), (at) => members[at]);
  return {
    next(met) {
      const at = queue.findIndex((image) => !met.has(image));
      if (at < 0) return undefined;
      const [image] = queue.splice(at, 1);
      queue.push(image);
      return image;
    },
  };
}

function assertCount(labels: readonly number[], classes: readonly number[], count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new BoSearchError('E_ARGUMENT', `pairs: expected an integer of at least 1, got ${count}`);
  }
  const largest = Math.max(0, ...classes.map((label) => labels.filter((one) => one === label).length));
  const most = labels.length * (labels.length - largest);
  if (count <= most) return;
  throw new BoSearchError(
    'E_ARGUMENT',
    `pairs: expected at most ${most}, as ${labels.length} images in ${classes.length} classes make, got ${count}`,
    { hint: 'ask for fewer pairs, or for more held-out images' },
  );
}
