/** What an evaluation found, as `results.json` holds it: no clock in it, so that the same evaluation gives the same file. */
import type {
  AttackCell,
  ConvergenceCell,
  EvaluatedAttack,
  EvaluatedDefence,
  EvaluationData,
  NoiseCell,
  TransferCell,
} from '../../objective/evaluation/evaluation-data.js';
import type { Verification } from '../../objective/attacks/run/verification.js';
import {
  type EvaluationReport,
  evaluationReport,
} from '../../objective/evaluation/attack-report/evaluation-report.js';
import type { ComparisonOptions } from '../../objective/evaluation/attack-report/compare-defences.js';
import type { RecordedConfig } from '../config/recorded-config.js';
import type { EvaluationFacts } from './evaluation-facts.js';
import { type PackedImages, packImages, unpackImages } from './packed-images.js';

export const EVALUATION_FORMAT = 'bo-search/evaluation';

/** A cell with columns for its images. */
export interface PackedCell {
  readonly defence: string;
  readonly attack: EvaluatedAttack;
  readonly verification: Verification;
  readonly images: PackedImages;
}

/** Of the first so many images a bit each: wrong clean, wrong now. */
interface PackedBits {
  readonly cleanErrors: string;
  readonly fooled: string;
}

export type PackedTransfer = Omit<TransferCell, 'perImage'> & PackedBits;
export type PackedNoise = Omit<NoiseCell, 'perImage'> & PackedBits;

export interface EvaluationResults {
  readonly format: typeof EVALUATION_FORMAT;
  readonly version: 1;
  readonly manifest: {
    readonly versions: { readonly boSearch: string; readonly node: string };
    /** What ran. */
    readonly backend: string;
    readonly precision: 'float32';
    /** `sha256:…` of the schedules that were given. */
    readonly schedules: string;
    readonly facts: EvaluationFacts;
    readonly config: RecordedConfig;
  };
  readonly classes: readonly string[];
  /** Ids of the images; all columns follow them. */
  readonly images: readonly string[];
  /** Of these, the ones a search was run on. */
  readonly searched: readonly string[];
  readonly defences: readonly EvaluatedDefence[];
  readonly cells: readonly PackedCell[];
  readonly transfers: readonly PackedTransfer[];
  readonly noise: readonly PackedNoise[];
  readonly convergence: readonly ConvergenceCell[];
  /** What the cells add up to, and what makes them doubtful. */
  readonly report: EvaluationReport;
}

/** Results from data. @param options - what the report compares with, and where it reads minimum norms. */
export function evaluationResults(
  data: EvaluationData,
  options: ComparisonOptions,
  manifest: EvaluationResults['manifest'],
): EvaluationResults {
  const { classes, images, searched, defences, cells, transfers, noise, convergence } = data;
  return {
    format: EVALUATION_FORMAT,
    version: 1,
    manifest,
    classes,
    images,
    searched,
    defences,
    cells: cells.map(packCell),
    transfers: transfers.map(packBits),
    noise: noise.map(packBits),
    convergence,
    report: evaluationReport(data, options),
  };
}

/** The data that results hold. */
export function dataOfResults(results: EvaluationResults): EvaluationData {
  const { classes, images, searched, defences, cells, transfers, noise, convergence } = results;
  return {
    classes,
    images,
    searched,
    defences,
    cells: cells.map(({ images: packed, ...cell }) => ({ ...cell, perImage: unpackImages(packed, images) })),
    transfers: transfers.map((cell) => unpackBits(cell, images)),
    noise: noise.map((cell) => unpackBits(cell, images)),
    convergence,
  };
}

function packCell({ perImage, ...cell }: AttackCell): PackedCell {
  return { ...cell, images: packImages(perImage) };
}

type WithImages = Pick<TransferCell, 'perImage'>;

function packBits<T extends WithImages>({ perImage, ...cell }: T): Omit<T, 'perImage'> & PackedBits {
  const bits = (key: 'cleanError' | 'fooled') => perImage.map((image) => (image[key] ? '1' : '0')).join('');
  return { ...cell, cleanErrors: bits('cleanError'), fooled: bits('fooled') };
}

function unpackBits<T extends PackedBits>(
  { cleanErrors, fooled, ...cell }: T,
  ids: readonly string[],
): Omit<T, keyof PackedBits> & WithImages {
  const perImage = [...fooled].map((bit, i) => ({
    id: ids[i],
    cleanError: cleanErrors[i] === '1',
    fooled: bit === '1',
  }));
  return { ...cell, perImage };
}
