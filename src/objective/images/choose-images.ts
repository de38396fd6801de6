/** A class-stratified, keyed choice of images from a split, in an order whose every block is class-balanced. */
import { BoSearchError } from '../../errors.js';
import { randomStream } from '../../math/random.js';
import type { ImagePool } from './image-pool.js';
import { createImageSet, selectImages, type ImageSet } from './image-set.js';
import { assertTaskFits, type ImageTask } from './image-task.js';
import type { SplitName } from './images-manifest.js';

export interface ImageChoice {
  readonly split: SplitName;
  /** Number of images, at least 1. */
  readonly count: number;
  readonly task: ImageTask;
  readonly seed: number;
}

/**
 * `count` images of a split with the task's labels: count / K of each class; where K does not divide count, classes
 * drawn by the seed give one more.
 *
 * The classes follow each other in one fixed cycle, so in every run of consecutive images, wherever it begins, the
 * numbers of any two classes differ by at most 1. A class's images come in a keyed order that does not depend on `count`: of
 * two choices with one seed, each class's images of the smaller are among those of the larger.
 *
 * @throws BoSearchError `E_IMAGES` if the split is missing, the task does not fit the pool, or a class has too few.
 */
export function chooseImages(pool: ImagePool, choice: ImageChoice): ImageSet {
  const { split, count, task } = choice;
  const source = pool.splits[split];
  if (source === undefined) {
    throw new BoSearchError('E_IMAGES', `chooseImages: expected a pool with a split "${split}", got none`);
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new BoSearchError('E_IMAGES', `chooseImages: count must be an integer of at least 1, got ${count}`);
  }
  assertTaskFits(task, pool.classes);
  const labels = source.labels.map((fine) => task.fromFine[fine]);
  const members = membersByClass(labels, task, choice);
  const relabelled = createImageSet({ ...source, classes: task.classes, labels });
  return selectImages(relabelled, interleave(members, count), `${split}/${task.name}`);
}

/**
 * Most images that `chooseImages` can take from a split with these fine labels.
 *
 * A count c takes ⌈(c − p)/K⌉ images of the class at place p of the cycle, so c is at most a·K + p where that class has a.
 */
export function availableImages(
  fineLabels: readonly number[],
  choice: Pick<ImageChoice, 'split' | 'task' | 'seed'>,
): number {
  const cycle = [...classCycle(choice)];
  const available = cycle.map(
    (label) => fineLabels.filter((fine) => choice.task.fromFine[fine] === label).length,
  );
  return Math.min(...available.map((a, place) => a * cycle.length + place));
}

/** The order in which the classes follow each other. */
function classCycle({ split, task, seed }: Pick<ImageChoice, 'split' | 'task' | 'seed'>): Int32Array {
  return randomStream('images', split, task.name, seed, 'classes').permutation(task.classes.length);
}

/** For each class, in the cycle's order, the indices of its images in keyed order; the first classes give one more. */
function membersByClass(labels: Int32Array, task: ImageTask, choice: ImageChoice): Int32Array[] {
  const { split, count, seed } = choice;
  const classes = task.classes.length;
  return Array.from(classCycle(choice), (label, place) => {
    const candidates = Int32Array.from(labels.keys()).filter((index) => labels[index] === label);
    const needed = Math.floor(count / classes) + (place < count % classes ? 1 : 0);
    if (candidates.length < needed) {
      throw new BoSearchError(
        'E_IMAGES',
        `chooseImages: class "${task.classes[label]}" of split "${split}" needs ${needed} images, available ${candidates.length}`,
        { hint: `ask for fewer than ${count} images of task "${task.name}"` },
      );
    }
    const order = randomStream('images', split, task.name, seed, 'class', label).permutation(
      candidates.length,
    );
    return order.map((at) => candidates[at]);
  });
}

function interleave(members: readonly Int32Array[], count: number): Int32Array {
  const classes = members.length;
  return Int32Array.from({ length: count }, (_, at) => members[at % classes][Math.floor(at / classes)]);
}
