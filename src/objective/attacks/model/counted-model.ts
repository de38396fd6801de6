/** Counts what an attack asks of a model, image by image, and what was wrong with the answers. */
import { l2Norm } from '../geometry/l2.js';
import { isFiniteRow } from '../losses/cross-entropy.js';
import type { AttackableModel, CotangentOf, Draw } from './attackable-model.js';

/** Of one image. Plain data. */
export interface Tally {
  /** Runs of the deployed defence. */
  queries: number;
  /** Gradients that were asked for: those with a cotangent other than 0. */
  gradients: number;
  /** Of these, those that were exactly 0. */
  zeroGradients: number;
  /** Answers with a logit or a gradient that was NaN or infinite. */
  nonFinite: number;
}

/** Tallies by image id; plain data. */
export type Tallies = Record<string, Tally>;

/** The tally of an image, 0 where it was never asked about. */
export function tallyOf(tallies: Tallies, id: string): Tally {
  return tallies[id] ?? { queries: 0, gradients: 0, zeroGradients: 0, nonFinite: 0 };
}

/**
 * The model, adding to `tallies` once it has answered.
 * @param model - with gradients or without, which decides what comes back.
 */
export function withTallies<Model extends AttackableModel>(model: Model, tallies: Tallies): Model {
  const { classes, pixels, runs = 1 } = model;
  const add = ({ imageIds }: Draw, count: (tally: Tally, row: number) => void): void => {
    for (const [row, id] of imageIds.entries()) {
      const tally = (tallies[id] = tallyOf(tallies, id));
      tally.queries += runs;
      count(tally, row);
    }
  };
  const vjp = model.vjp?.bind(model);
  return {
    ...model,
    async logits(images: Float32Array, draw: Draw) {
      const logits = await model.logits(images, draw);
      add(draw, (tally, row) => {
        if (!isFiniteRow(logits, classes, row)) tally.nonFinite += 1;
      });
      return logits;
    },
    ...(vjp === undefined
      ? {}
      : {
          async vjp(images: Float32Array, draw: Draw, cotangent: CotangentOf) {
            const { logits, gradient } = await vjp(images, draw, cotangent);
            const asked = typeof cotangent === 'function' ? cotangent(logits) : cotangent;
            add(draw, (tally, row) => {
              const norm = l2Norm(gradient, row * pixels, pixels);
              const isAsked = l2Norm(asked, row * classes, classes) > 0;
              if (isAsked) tally.gradients += 1;
              if (isAsked && norm === 0) tally.zeroGradients += 1;
              if (!Number.isFinite(norm) || !isFiniteRow(logits, classes, row)) tally.nonFinite += 1;
            });
            return { logits, gradient };
          },
        }),
  };
}
