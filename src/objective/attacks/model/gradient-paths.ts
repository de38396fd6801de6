/** Models with another way to their gradients, or none; what they answer stays what the defence answers. */
import { ShapeError } from '../../../errors.js';
import type { DifferentiableModel } from '../contract/attack-batch.js';
import type { AttackableModel } from './attackable-model.js';

/**
 * The deployed model with the gradients of another: logits z are the deployed model's, the gradient is J_otherᵀ·∂L(z).
 * For defences whose own gradients are missing or masked; the other may be the defence at α = 0 or without noise.
 * @param name - of the other model, for the result's gradient path.
 * @throws ShapeError unless both have the same pixels and classes.
 */
export function withGradientsOf(
  deployed: AttackableModel,
  other: DifferentiableModel,
  name: string,
): DifferentiableModel {
  const { classes, pixels, runs } = deployed;
  if (other.classes !== classes || other.pixels !== pixels) {
    throw new ShapeError(
      `${name}: expected ${pixels} pixels and ${classes} classes as the deployed model has, got ${other.pixels} and ${other.classes}`,
    );
  }
  return {
    classes,
    pixels,
    gradients: { kind: 'surrogate', of: name },
    ...(runs === undefined ? {} : { runs }),
    logits: (images, draw) => deployed.logits(images, draw),
    async vjp(images, draw, cotangent) {
      const logits = await deployed.logits(images, draw);
      const fixed = typeof cotangent === 'function' ? cotangent(logits) : cotangent;
      const { gradient } = await other.vjp(images, draw, fixed);
      return { logits, gradient };
    },
  };
}

/** The model without its gradients: only black-box attacks can be run on it. */
export function blackBox({ classes, pixels, runs, ...model }: AttackableModel): AttackableModel {
  return {
    classes,
    pixels,
    gradients: { kind: 'none' },
    ...(runs === undefined ? {} : { runs }),
    logits: (images, draw) => model.logits(images, draw),
  };
}
