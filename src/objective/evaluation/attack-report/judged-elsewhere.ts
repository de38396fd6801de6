/** Counts of images judged without an attack of their own: transfers, the same images with the purifier off, and noise. */
import type { Ball } from '../../attacks/geometry/ball.js';
import type { EvaluationData, NoiseCell, TransferCell } from '../evaluation-data.js';
import { rateOf, type Rate } from './attack-rows.js';

interface JudgedCounts {
  readonly images: number;
  readonly cleanErrors: number;
  /** Of the images that were right, those that are wrong now. */
  readonly fooled: number;
  /** Share of all images that are right clean and now. */
  readonly robustAccuracy: Rate;
}

export interface TransferRow extends JudgedCounts {
  readonly defence: string;
  /** Label of the defence that the images were made against. */
  readonly from: string;
  readonly attack: string;
  readonly judge: TransferCell['judge'];
}

export interface NoiseRow extends JudgedCounts {
  readonly defence: string;
  readonly norm: Ball['norm'];
  readonly bound: number;
  readonly tries: number;
}

/** In the data's order; cells without images are left out. */
export function transferRows({ transfers }: EvaluationData): TransferRow[] {
  const seen = transfers.filter(({ perImage }) => perImage.length > 0);
  return seen.map(({ defence, from, attack, judge, perImage }) => ({
    ...{ defence, from, attack, judge },
    ...countsOf(perImage),
  }));
}

/** In the data's order; cells without images are left out. */
export function noiseRows({ noise }: EvaluationData): NoiseRow[] {
  const seen = noise.filter(({ perImage }) => perImage.length > 0);
  return seen.map(({ defence, ball: { norm, bound }, tries, perImage }) => ({
    ...{ defence, norm, bound, tries },
    ...countsOf(perImage),
  }));
}

function countsOf(perImage: NoiseCell['perImage']): JudgedCounts {
  const images = perImage.length;
  const cleanErrors = perImage.filter(({ cleanError }) => cleanError).length;
  const fooled = perImage.filter(({ cleanError, fooled: now }) => !cleanError && now).length;
  return { images, cleanErrors, fooled, robustAccuracy: rateOf(images - cleanErrors - fooled, images) };
}
