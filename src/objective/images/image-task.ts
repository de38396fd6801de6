/** A task: how the classes of an image pool (the fine ones) become the classes a classifier tells apart. */
import { BoSearchError } from '../../errors.js';

export interface ImageTask {
  readonly name: string;
  /** Names of the task's K classes. */
  readonly classes: readonly string[];
  /** For each class of the pool, the task's class it belongs to, in 0..K-1. */
  readonly fromFine: readonly number[];
}

/** The task that keeps the pool's own classes. */
export function fineTask(classes: readonly string[]): ImageTask {
  return { name: 'fine', classes, fromFine: classes.map((_, index) => index) };
}

/**
 * Throws unless the task maps exactly the pool's classes onto all of its own; a task that merges nothing must name
 * them as the pool does, in the same order.
 * @throws BoSearchError `E_IMAGES`
 */
export function assertTaskFits(task: ImageTask, poolClasses: readonly string[]): void {
  const where = `task "${task.name}"`;
  if (task.fromFine.length !== poolClasses.length) {
    fail(
      `${where} fromFine: expected one entry for each of the images' ${poolClasses.length} classes, got ${task.fromFine.length}`,
    );
  }
  const last = task.classes.length - 1;
  for (const [fine, target] of task.fromFine.entries()) {
    if (!Number.isInteger(target) || target < 0 || target > last) {
      fail(`${where} fromFine[${fine}]: expected an integer from 0 to ${last}, got ${target}`);
    }
  }
  for (const [index, name] of task.classes.entries()) {
    if (!task.fromFine.includes(index)) {
      fail(`${where} fromFine: expected a class of the images for each class, got none for "${name}"`);
    }
  }
  assertSameNames(task, poolClasses, where);
}

function assertSameNames(task: ImageTask, poolClasses: readonly string[], where: string): void {
  const mergesNothing = task.fromFine.every((target, fine) => target === fine);
  if (!mergesNothing) return;
  const differs = task.classes.findIndex((name, index) => name !== poolClasses[index]);
  if (differs < 0) return;
  fail(
    `${where} classes[${differs}]: expected "${poolClasses[differs]}" as in the images, got "${task.classes[differs]}"`,
  );
}

function fail(message: string): never {
  throw new BoSearchError('E_IMAGES', message, {
    hint: 'the classifier was trained on another class list: use the images and the model of one example',
  });
}
