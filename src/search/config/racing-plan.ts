/**
 * What racing means for a search, in numbers: blocks of images, image judgements that may be spent, finalists.
 *
 * Notation: m search images in B blocks; f finalists, each judged on fresh images, which no trial before them has seen.
 * One image judgement is one image on one of its parts (clean, attacked) under one α.
 */
import { type SearchConfig, weightsOf } from './search-config.js';

/** Most blocks, unless told otherwise. */
const MOST_BLOCKS = 8;

/** Share of what the same number of full judgements would cost. */
const DEFAULT_BUDGET = 0.2;

/** Points that are judged on fresh images at the end. */
const DEFAULT_FINALISTS = 4;

/** Fresh images, in blocks of the search images. */
const DEFAULT_FRESH_BLOCKS = 2;

/** The section as it is written, nothing filled in. */
export interface RacingSection {
  readonly blocks?: number | undefined;
  readonly budget?: number | undefined;
  readonly finalists?: number | undefined;
  readonly fresh?: number | undefined;
}

export interface RacingPlan {
  /** Blocks B that α are searched on; those after them are fresh. */
  readonly blocks: number;
  /** Images a block. */
  readonly blockImages: number;
  readonly finalists: number;
  /** Fresh images of a finalist, and their blocks. */
  readonly fresh: number;
  readonly freshBlocks: readonly number[];
  /** Image judgements of a full search: every evaluation on all search images. */
  readonly full: number;
  /** Most image judgements of the race in all. */
  readonly images: number;
  /** Those of them that are spent before the finalists are chosen. */
  readonly search: number;
}

/** What racing is, with everything filled in. */
export interface Racing {
  readonly blocks: number;
  readonly budget: number;
  readonly finalists: number;
  readonly fresh: number;
}

/** The section with everything filled in. Where the images cannot be cut into blocks, one block: it is refused elsewhere. */
export function filledRacing(section: RacingSection, images: number): Racing {
  const blocks = section.blocks ?? defaultBlocks(images);
  return {
    blocks,
    budget: section.budget ?? DEFAULT_BUDGET,
    finalists: section.finalists ?? DEFAULT_FINALISTS,
    fresh: section.fresh ?? DEFAULT_FRESH_BLOCKS * Math.floor(images / blocks),
  };
}

/** Racing of a search section, filled in; undefined where it does not race. */
export function racingOf({
  racing,
  images,
}: Pick<SearchConfig['search'], 'racing' | 'images'>): Racing | undefined {
  if (racing === undefined || racing === false) return undefined;
  return filledRacing(racing === true ? {} : racing, images);
}

/** The plan of a configuration; undefined where it does not race. */
export function racingPlan(config: Pick<SearchConfig, 'search' | 'objective'>): RacingPlan | undefined {
  const { images, evaluations } = config.search;
  const racing = racingOf(config.search);
  if (racing === undefined) return undefined;
  const parts = Object.values(weightsOf(config)).filter((weight) => weight > 0).length;
  return planOf(racing, { images, evaluations, parts });
}

/** The plan of a section that has everything. */
export function planOf(
  { blocks, budget, finalists, fresh }: Racing,
  search: { readonly images: number; readonly evaluations: number; readonly parts: number },
): RacingPlan {
  const blockImages = Math.floor(search.images / blocks);
  const full = search.evaluations * search.images * search.parts;
  const images = Math.floor(budget * full);
  return {
    blocks,
    blockImages,
    finalists,
    fresh,
    freshBlocks: Array.from({ length: Math.floor(fresh / blockImages) }, (_, k) => blocks + k),
    full,
    images,
    search: images - finalists * fresh * search.parts,
  };
}

/** Images of the sample that α are searched on: those searched on first, then fresh ones. */
export function searchSampleImages(config: Pick<SearchConfig, 'search' | 'objective'>): number {
  return config.search.images + (racingPlan(config)?.fresh ?? 0);
}

/** How errors say how many images a split needs: `250, 50 of them fresh`. */
export function askedWords(
  config: Pick<SearchConfig, 'search' | 'objective'>,
  asked: number,
  split: string,
): string {
  const fresh = split === 'search' ? (racingPlan(config)?.fresh ?? 0) : 0;
  return fresh === 0 ? String(asked) : `${asked}, ${fresh} of them fresh ones of search.racing`;
}

/** Images a block of that sample; undefined for all in one. */
export function searchBlockImages(config: Pick<SearchConfig, 'search' | 'objective'>): number | undefined {
  return racingPlan(config)?.blockImages ?? config.search.block;
}

/** The largest divisor of the number of images from 2 to 8; 1 where there is none. */
function defaultBlocks(images: number): number {
  for (let blocks = MOST_BLOCKS; blocks > 1; blocks--) if (images % blocks === 0) return blocks;
  return 1;
}
