/** Holds a model to its contract: answers of the right length, so that a wrong one is not read as NaN. */
import { BoSearchError, ShapeError } from '../../../errors.js';
import type { AttackableModel } from './attackable-model.js';
import type { DifferentiableModel } from '../contract/attack-batch.js';

/** The model, throwing ShapeError where it answers with another number of logits than it says. */
export function withCheckedLogits(model: AttackableModel, where: string): AttackableModel {
  return {
    ...model,
    async logits(images, draw) {
      const logits = await model.logits(images, draw);
      assertLength(logits, draw.imageIds.length * model.classes, `${where}: logits`);
      return logits;
    },
  };
}

/**
 * The model, throwing ShapeError where logits or gradient have another length than it says.
 * @throws BoSearchError `E_ATTACK` if it gives no gradients.
 */
export function withCheckedGradients(model: AttackableModel, where: string): DifferentiableModel {
  if (model.vjp === undefined) {
    throw new BoSearchError('E_ATTACK', `${where}: expected a model with gradients (vjp), got logits only`, {
      hint: 'use a model that can be differentiated, or make the attacked images elsewhere and load them',
    });
  }
  const vjp = model.vjp.bind(model);
  return {
    ...withCheckedLogits(model, where),
    async vjp(images, draw, cotangent) {
      const result = await vjp(images, draw, cotangent);
      assertLength(result.logits, draw.imageIds.length * model.classes, `${where}: logits`);
      assertLength(result.gradient, images.length, `${where}: gradient`);
      return result;
    },
  };
}

function assertLength(values: Float32Array, expected: number, where: string): void {
  if (values.length === expected) return;
  throw new ShapeError(`${where}: expected ${expected} numbers from the model, got ${values.length}`);
}
