import { describe, expect, it } from '@jest/globals';
import { assertTaskFits, fineTask, type ImageTask } from '../../../src/objective/images/image-task.js';
import { expectError } from '../expect-error.js';
import { COARSE_TASK, FINE } from './pools.js';

describe('assertTaskFits(task, poolClasses)', () => {
  it('accepts a task that merges classes, and the one that keeps them', () => {
    expect(() => assertTaskFits(COARSE_TASK, FINE)).not.toThrow();
    expect(() => assertTaskFits(fineTask(FINE), FINE)).not.toThrow();
  });
  it.each<[Partial<ImageTask>, string]>([
    [
      { fromFine: [0, 1] },
      'task "coarse" fromFine: expected one entry for each of the images’ 3 classes, got 2',
    ],
    [{ fromFine: [0, 2, 1] }, 'task "coarse" fromFine[1]: expected an integer from 0 to 1, got 2'],
    [{ fromFine: [0, 0.5, 1] }, 'task "coarse" fromFine[1]: expected an integer from 0 to 1, got 0.5'],
    [
      { fromFine: [0, 0, 0] },
      'task "coarse" fromFine: expected a class of the images for each class, got none for "bag"',
    ],
    [
      { classes: ['shirt', 'bag', 'dress'], fromFine: [0, 1, 2] },
      'task "coarse" classes[1]: expected "dress" as in the images, got "bag"',
    ],
  ])('refuses %p', (more, message) => {
    expectError(() => assertTaskFits({ ...COARSE_TASK, ...more }, FINE), {
      code: 'E_IMAGES',
      message: message.replace('’', "'"),
    });
  });
});
