/**
 * Accuracy with its interval, and by class.
 *
 * Where classes are unequal in number, plain accuracy rewards a classifier that drifts towards the largest one;
 * balanced accuracy, the mean over classes, does not. Images from `chooseImages` are balanced: there the two agree.
 */
import { ShapeError } from '../../errors.js';
import { countOnes, type Bits } from '../../trial/index.js';
import { wilsonInterval, type Interval } from './intervals.js';

export interface Accuracy {
  /** Share of images classified rightly. */
  readonly mean: number;
  /** Wilson's 95 % interval of it. */
  readonly interval: Interval;
  /** Mean over the classes that occur of the share classified rightly. */
  readonly balanced: number;
  /** Share classified rightly, by class (K); null for classes without images. */
  readonly perClass: readonly (number | null)[];
}

/**
 * Accuracy from bits.
 * @param labels - true classes, one a bit, each in 0..K-1.
 * @throws ShapeError if there are not as many labels as bits, or none.
 */
export function accuracyOf(bits: Bits, labels: Int32Array, classes: number): Accuracy {
  if (bits.length !== labels.length || bits.length === 0) {
    throw new ShapeError(
      `accuracyOf: expected as many labels as bits and at least one, got ${labels.length} and ${bits.length}`,
    );
  }
  const mean = countOnes(bits) / bits.length;
  const perClass = accuracyPerClass(bits, labels, classes);
  const present = perClass.filter((share) => share !== null);
  return {
    mean,
    interval: wilsonInterval(mean, bits.length),
    balanced: present.reduce((sum, share) => sum + share, 0) / present.length,
    perClass,
  };
}

function accuracyPerClass(bits: Bits, labels: Int32Array, classes: number): (number | null)[] {
  const right = new Float64Array(classes);
  const total = new Float64Array(classes);
  for (const [row, label] of labels.entries()) {
    total[label] += 1;
    if (bits[row] === '1') right[label] += 1;
  }
  return Array.from(total, (count, label) => (count === 0 ? null : right[label] / count));
}
