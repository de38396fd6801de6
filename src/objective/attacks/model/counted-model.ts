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

/** Counts of one round, by image id. */
export type RoundTallies = Map<string, Tally>;

export function emptyTally(): Tally {
  return { queries: 0, gradients: 0, zeroGradients: 0, nonFinite: 0 };
}

/** Adds the counts of a round, if there were any. */
export function addTally(sum: Tally, more: Tally | undefined): void {
  if (more === undefined) return;
  sum.queries += more.queries;
  sum.gradients += more.gradients;
  sum.zeroGradients += more.zeroGradients;
  sum.nonFinite += more.nonFinite;
}

/**
 * The model, adding to `tallies` once it has answered.
 *
 * A cotangent that is a function of the logits is called once more, with the logits that came back, to see of which
 * images a gradient was asked for: such functions are pure, and cheap beside the model.
 * @param model - with gradients or without, which decides what comes back.
 */
export function withTallies<Model extends AttackableModel>(model: Model, tallies: RoundTallies): Model {
  const { classes, pixels, runs = 1 } = model;
  const add = ({ imageIds }: Draw, count: (tally: Tally, row: number) => void): void => {
    for (const [row, id] of imageIds.entries()) {
      const tally = tallies.get(id) ?? emptyTally();
      tallies.set(id, tally);
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
