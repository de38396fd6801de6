/** What the checks of a model work on, and what they answer. */
import type { ImageSet } from '../images/image-set.js';
import { createDefence, type Defence } from '../purification/defence.js';
import type { PurificationOptions } from '../purification/pipeline.js';

/** A model with everything of its defence but α, and images to try it on. */
export interface CheckedModel extends PurificationOptions {
  /** At least 2 images with the classifier's labels; 64 of balanced classes are plenty. */
  readonly images: Pick<ImageSet, 'ids' | 'pixels' | 'labels'>;
}

export type CheckStatus = 'passed' | 'failed' | 'skipped';

/** What one check found. */
export interface Finding {
  readonly status: CheckStatus;
  /** What was seen, with the numbers. */
  readonly detail: string;
  /** What to look at where it failed. */
  readonly hint?: string;
  /** The numbers of the detail, by name. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** One check; it may throw, which counts as failing. */
export type Check = (model: CheckedModel, clock: Clock) => Promise<Finding>;

/** Seconds of a clock that never goes back. */
export type Clock = () => number;

/** Images for a call, a noise key or an image's place aside. */
export interface CheckImages {
  readonly ids: readonly string[];
  /** (B, H, W, C) flat. */
  readonly pixels: Float32Array;
}

/** Runs a task on the defence with one value for every α, and frees the defence. */
export async function withDefence<T>(
  model: CheckedModel,
  alphas: readonly number[],
  task: (defence: Defence) => Promise<T>,
): Promise<T> {
  const defence = createDefence({ ...model, alphas });
  try {
    return await task(defence);
  } finally {
    defence.dispose();
  }
}

/** The generative model alone: without preprocessing and attenuation. */
export function bare(model: CheckedModel): CheckedModel {
  return { ...model, attenuation: 1, preprocessing: {} };
}

/** One value for every latent. */
export function allAlphas({ mlvgm }: CheckedModel, value: number): number[] {
  return mlvgm.latents.map(() => value);
}

/** The first images, `count` of them or as many as there are. */
export function firstImages({ images, mlvgm }: CheckedModel, count: number): CheckImages {
  const { height, width, channels } = mlvgm.image;
  const ids = images.ids.slice(0, count);
  return { ids, pixels: images.pixels.subarray(0, ids.length * height * width * channels) };
}

export function passed(detail: string, figures?: Finding['figures']): Finding {
  return { status: 'passed', detail, ...(figures === undefined ? {} : { figures }) };
}

export function failed(detail: string, hint: string, figures?: Finding['figures']): Finding {
  return { status: 'failed', detail, hint, ...(figures === undefined ? {} : { figures }) };
}

export function skipped(detail: string): Finding {
  return { status: 'skipped', detail };
}
