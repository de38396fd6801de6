/**
 * Algorithm 1, written once: walks the latents of a model in order and lets a mixer choose each.
 *
 * Notation: z_i^e the encoding of latent i, z_i^s a draw of its prior, z_i what is committed.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LatentSpec, Mlvgm, State } from '../models/mlvgm.js';

/** What a mixer may take for one latent; nothing is computed before it is asked for. */
export interface LatentSource {
  /** i, from 0. */
  readonly index: number;
  readonly spec: LatentSpec;
  /** z_i^e, given what was committed before. */
  posterior(): Tensor;
  /** z_i^s, given what was committed before. */
  prior(): Tensor;
  /** z_i^s for noise of the mixer's own, (B, ...noise). */
  priorFrom(noise: Tensor): Tensor;
}

/** Chooses z_i. */
export type Mixer = (latent: LatentSource) => Tensor;

export interface WalkOptions {
  readonly mixer: Mixer;
  /** Standard normal noise of latent i, (B, ...noise); asked for only where the prior is. */
  readonly noise: (i: number) => Tensor;
  /** Of the prior, in (0, 1]. */
  readonly temperature: number;
  /** First latent to walk; the state must have those before it. Default 0. */
  readonly from?: number;
  /** End of the walk, excluded. Default N. */
  readonly to?: number;
}

/**
 * The state after the latents from `from` to `to`. Call it in a `tf.tidy`: what a latent needs on the way is not freed.
 * @param state - from `begin`, or from a walk that ended at `from`.
 */
export function walkLatents(mlvgm: Mlvgm, state: State, options: WalkOptions): State {
  const { mixer, noise, temperature, from = 0, to = mlvgm.latents.length } = options;
  let walked = state;
  for (const [i, spec] of mlvgm.latents.slice(0, to).entries()) {
    if (i < from) continue;
    const before = walked;
    const priorFrom = (draw: Tensor): Tensor => mlvgm.prior(before, i, draw, temperature);
    const z = mixer({
      index: i,
      spec,
      posterior: () => mlvgm.posterior(before, i),
      prior: () => priorFrom(noise(i)),
      priorFrom,
    });
    walked = mlvgm.commit(before, i, z);
  }
  return walked;
}
