/** What became of every image under an attack, as columns: a file of thousands of images stays readable. */
import type { AttackedImageDetail } from '../../objective/attacks/run/run-attack.js';

/** One entry an image, in one order. */
export interface PackedImages {
  /** A letter an image: e wrong before the attack, s success, f failure. */
  readonly outcomes: string;
  /** ‖δ‖₂ of the stored float32 image. */
  readonly norms: readonly number[];
  /** Shares of fresh draws that were fooled, as float32 and rounded to 8 bits. */
  readonly float32: readonly number[];
  readonly eightBit: readonly number[];
  /** A bit an image: enough of those draws were. */
  readonly fooledFloat32: string;
  readonly fooledEightBit: string;
  /** A bit an image: a logit or gradient was NaN or infinite somewhere. */
  readonly nonFinite: string;
  /** What the attack asked. */
  readonly queries: readonly number[];
  readonly gradients: readonly number[];
  readonly zeroGradients: readonly number[];
  readonly nonFiniteAnswers: readonly number[];
}

const LETTERS = { 'clean-error': 'e', success: 's', failure: 'f' } as const;
const OUTCOMES = { e: 'clean-error', s: 'success', f: 'failure' } as const;

/** Columns of images. */
export function packImages(images: readonly AttackedImageDetail[]): PackedImages {
  const bits = (rule: (image: AttackedImageDetail) => boolean) =>
    images.map((image) => (rule(image) ? '1' : '0')).join('');
  return {
    outcomes: images.map(({ outcome }) => LETTERS[outcome]).join(''),
    norms: images.map(({ norm }) => norm),
    float32: images.map(({ shares }) => shares.float32),
    eightBit: images.map(({ shares }) => shares.eightBit),
    fooledFloat32: bits(({ fooled }) => fooled.float32),
    fooledEightBit: bits(({ fooled }) => fooled.eightBit),
    nonFinite: bits(({ flags }) => flags.nonFinite),
    queries: images.map(({ tally }) => tally.queries),
    gradients: images.map(({ tally }) => tally.gradients),
    zeroGradients: images.map(({ tally }) => tally.zeroGradients),
    nonFiniteAnswers: images.map(({ tally }) => tally.nonFinite),
  };
}

/** Images of columns. @param ids - their ids, in the same order; as many as there are letters are used. */
export function unpackImages(packed: PackedImages, ids: readonly string[]): AttackedImageDetail[] {
  return [...packed.outcomes].map((letter, i) => {
    const tally = {
      queries: packed.queries[i],
      gradients: packed.gradients[i],
      zeroGradients: packed.zeroGradients[i],
      nonFinite: packed.nonFiniteAnswers[i],
    };
    return {
      id: ids[i],
      outcome: OUTCOMES[letter as keyof typeof OUTCOMES],
      fooled: { float32: packed.fooledFloat32[i] === '1', eightBit: packed.fooledEightBit[i] === '1' },
      norm: packed.norms[i],
      flags: { zeroGradient: tally.zeroGradients > 0, nonFinite: packed.nonFinite[i] === '1' },
      shares: { float32: packed.float32[i], eightBit: packed.eightBit[i] },
      tally,
    };
  });
}
