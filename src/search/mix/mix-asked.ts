/** What mixing is asked for, checked before any work. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { chooseImages } from '../../objective/images/choose-images.js';
import type { ImageSet } from '../../objective/images/image-set.js';
import { pairImages } from '../../objective/mixing/image-pairs.js';
import { assertEnoughImages } from '../config/assert-enough-images.js';
import { assertModelFits, type FittingModel } from '../config/assert-fits.js';
import { configPlace } from '../config/config-place.js';
import type { SearchConfig } from '../config/search-config.js';
import { type LearnedCodes, learnedCodes } from './learned-codes.js';
import type { RunMixOptions } from './mix-outcome.js';
import { MIX_FILE } from './mix-results.js';

const DEFAULTS = { rows: 6, columns: 6, pairs: 800, subsets: 20 } as const;

const MOST_IMAGES_ALONG = 64;

/** What is known before any work. */
export interface MixAsked extends Required<Pick<RunMixOptions, keyof typeof DEFAULTS>> {
  readonly config: SearchConfig;
  readonly learned: LearnedCodes;
  readonly fitting: FittingModel;
  readonly images: ImageSet;
}

/**
 * Checks all that can be wrong with what is asked for.
 * @throws BoSearchError as `runMix` does before any work.
 */
export async function mixAsked(config: SearchConfig, options: RunMixOptions): Promise<MixAsked> {
  const { configFile, schedules, study, out } = options;
  if (config.evaluator !== undefined) {
    throw new BoSearchError(
      'E_CONFIG',
      `${configPlace(configFile, ['evaluator'])}: expected a packed model, got an evaluator`,
      {
        hint: 'codes are mixed where the latents can be walked one by one: pack the model, or mix in its own program',
      },
    );
  }
  const sizes = { ...DEFAULTS, ...givenSizes(options) };
  const fitting = await assertModelFits(config, configFile);
  const latents = fitting.manifest.latents.length;
  if (schedules.model.latents.length !== latents) {
    throw new BoSearchError(
      'E_SCHEDULES',
      `mix: expected α of ${latents} latents, as ${fitting.manifest.name} has, got α of ${schedules.model.latents.length} for ${schedules.model.name}`,
      { hint: 'take schedules that were made for this model' },
    );
  }
  const learned = learnedCodes(schedules, study, config.attenuation);
  assertOwn(join(out, MIX_FILE));
  await assertEnoughImages(config, configFile, fitting);
  const pool = await fitting.images.open();
  const { task } = fitting;
  const images = chooseImages(pool, {
    split: 'heldOut',
    count: config.heldOut.images,
    task,
    seed: config.seed,
  });
  pairImages(images.labels, sizes.pairs, config.seed);
  assertForPicture(images.ids.length, sizes);
  return { ...sizes, config, learned, fitting, images };
}

function givenSizes(options: RunMixOptions): Partial<Record<keyof typeof DEFAULTS, number>> {
  const sizes: Partial<Record<keyof typeof DEFAULTS, number>> = {};
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    const value = options[name];
    if (value === undefined) continue;
    const along = name === 'rows' || name === 'columns';
    const inRange = Number.isSafeInteger(value) && value >= 1 && (!along || value <= MOST_IMAGES_ALONG);
    if (!inRange) {
      const expected = along ? `an integer from 1 to ${MOST_IMAGES_ALONG}` : 'an integer of at least 1';
      throw new BoSearchError('E_ARGUMENT', `${name}: expected ${expected}, got ${value}`);
    }
    sizes[name] = value;
  }
  return sizes;
}

/** Results of another time are replaced, and nothing else is. */
function assertOwn(file: string): void {
  if (!existsSync(file)) return;
  try {
    const { format } = JSON.parse(readFileSync(file, 'utf8')) as { readonly format?: unknown };
    if (format === 'bo-search/mix') return;
  } catch {
    // not ours, whatever it is
  }
  throw new BoSearchError('E_STORAGE', `${file}: expected no file yet, or results of mix, got another file`, {
    hint: 'it is left as it was: choose another folder, or move it away',
  });
}

/** @throws BoSearchError `E_ARGUMENT` if there are fewer images than rows and columns. */
export function assertForPicture(
  images: number,
  { rows, columns }: Pick<MixAsked, 'rows' | 'columns'>,
): void {
  if (rows + columns <= images) return;
  throw new BoSearchError(
    'E_ARGUMENT',
    `rows and columns: expected at most ${images} images in all, got ${rows} + ${columns}`,
    { hint: 'ask for fewer, or for more held-out images' },
  );
}
