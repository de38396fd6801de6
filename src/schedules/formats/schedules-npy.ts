/**
 * Schedules as a pair of NumPy arrays and a side file:
 *
 *     <stem>.alphas.npy      float64 (S, N), before attenuation
 *     <stem>.effective.npy   float64 (S, N), what a model mixes with: the stated effective alphas, else attenuation · alphas
 *     <stem>.npy.json        the schedules file: all else there is to know; row s is schedules[s]
 *
 * The side file has a name that no schedules file of another kind has; sets whose side file is called `<stem>.json`,
 * as releases before wrote it, are read too. Nothing is lost: the alphas of the side file are those of the array, bit for bit.
 */
import { BoSearchError } from '../../errors.js';
import type { SchedulesFile } from '../schedules-file.js';
import { ALPHA_TOLERANCE, schedulesFromJson, schedulesToJson } from '../schedules-file.js';
import { matrixFromNpy, npyFromMatrix, type NpyMatrix } from './npy.js';
import { latentNames, placedSchedules, type ReadOptions, UNNAMED_MODEL } from './placed-schedules.js';
import { assertStem, checkedForWriting, type WrittenSchedules } from './written-schedules.js';

/** What the names of the two arrays end in. */
export const NPY_SUFFIXES = { alphas: '.alphas.npy', effective: '.effective.npy' } as const;

/** What the name of the side file ends in; the second is how it was called before. */
export const NPY_SIDE_SUFFIXES = ['.npy.json', '.json'] as const;

/** The files of one set of schedules. */
export interface NpyParts {
  readonly alphas: Uint8Array;
  readonly effective?: Uint8Array;
  /** Text of the side file. */
  readonly side?: string;
  /** How to call the side file in errors; default `<stem>.npy.json`. */
  readonly sideFile?: string;
}

/**
 * Schedules as `<stem>.alphas.npy`, `<stem>.effective.npy` and `<stem>.npy.json`.
 * @returns the files; nothing is lost.
 * @throws BoSearchError `E_SCHEDULES` if the JSON form would be refused.
 */
export function schedulesToNpy(file: SchedulesFile, stem = 'schedules'): WrittenSchedules {
  assertStem(stem, 'schedulesToNpy');
  const checked = checkedForWriting(file, 'schedulesToNpy');
  const effective = checked.schedules.map(
    ({ alphas, attenuation = 1, effectiveAlphas }) =>
      effectiveAlphas ?? alphas.map((alpha) => attenuation * alpha),
  );
  return {
    files: [
      {
        name: stem + NPY_SUFFIXES.alphas,
        content: npyFromMatrix(checked.schedules.map(({ alphas }) => alphas)),
      },
      { name: stem + NPY_SUFFIXES.effective, content: npyFromMatrix(effective) },
      { name: stem + NPY_SIDE_SUFFIXES[0], content: schedulesToJson(checked) },
    ],
    lost: [],
  };
}

/**
 * Reads schedules from arrays. With a side file, the arrays must say what it says (float64 to the bit, float32 and float16 to their
 * precision). Without one, the schedules are of kind `custom`, and the attenuation is what leads from alphas to effective.
 * @throws BoSearchError `E_SCHEDULES` naming file, row and column.
 */
export function schedulesFromNpy(parts: NpyParts, options: ReadOptions = {}): SchedulesFile {
  const { file = 'schedules.alphas.npy' } = options;
  const stem = file.endsWith(NPY_SUFFIXES.alphas) ? file.slice(0, -NPY_SUFFIXES.alphas.length) : file;
  const effectiveFile = stem + NPY_SUFFIXES.effective;
  const alphas = matrixFromNpy(parts.alphas, file);
  const effective = parts.effective === undefined ? undefined : matrixFromNpy(parts.effective, effectiveFile);
  if (effective !== undefined) assertSameShape(effective, [alphas.rows, alphas.columns], effectiveFile, file);
  if (parts.side === undefined) return withoutSide(alphas, effective, { ...options, file }, effectiveFile);
  const { sideFile = stem + NPY_SIDE_SUFFIXES[0] } = parts;
  const side = schedulesFromJson(parts.side, sideFile);
  assertSameShape(alphas, [side.schedules.length, side.model.latents.length], file, sideFile);
  assertAgree(alphas, file, (s, i) => side.schedules[s].alphas[i], 0);
  if (effective !== undefined) {
    const stated = (s: number, i: number) => {
      const { alphas: own, attenuation = 1, effectiveAlphas } = side.schedules[s];
      return effectiveAlphas === undefined ? attenuation * own[i] : effectiveAlphas[i];
    };
    assertAgree(effective, effectiveFile, stated, ALPHA_TOLERANCE);
  }
  return side;
}

function withoutSide(
  alphas: NpyMatrix,
  effective: NpyMatrix | undefined,
  { file = '', model = UNNAMED_MODEL, latents }: ReadOptions,
  effectiveFile: string,
): SchedulesFile {
  const value = {
    format: 'bo-search/schedules',
    version: 1,
    model: { name: model, latents: latents ?? latentNames(alphas.columns) },
    schedules: Array.from({ length: alphas.rows }, (_, s) => {
      const own = rowOf(alphas, s);
      if (effective === undefined) return { kind: 'custom', alphas: own };
      const mixed = rowOf(effective, s);
      const largest = own.indexOf(Math.max(...own));
      const attenuation = own[largest] > 0 ? mixed[largest] / own[largest] : 1;
      return { kind: 'custom', alphas: own, attenuation, effectiveAlphas: mixed };
    }),
  };
  const placeOf = ([top, s, field, i]: readonly string[]) => {
    if (top !== 'schedules' || s === undefined) return file;
    const of = field === 'alphas' ? file : effectiveFile;
    return `${of} [${s}${i === undefined ? '' : `, ${i}`}]`;
  };
  return placedSchedules(value, placeOf, 'every number is from 0 to 1, and effective = attenuation · alphas');
}

function rowOf({ columns, values }: NpyMatrix, s: number): number[] {
  return Array.from(values.subarray(s * columns, (s + 1) * columns));
}

function assertSameShape(
  { rows, columns }: NpyMatrix,
  [s, n]: readonly [number, number],
  file: string,
  other: string,
): void {
  if (rows === s && columns === n) return;
  throw bad(`${file}: expected shape (${s}, ${n}) as in ${other}, got (${rows}, ${columns})`);
}

function assertAgree(
  matrix: NpyMatrix,
  file: string,
  stated: (s: number, i: number) => number,
  slack: number,
): void {
  const tolerance = Math.max(slack, matrix.precision);
  for (const [at, value] of matrix.values.entries()) {
    const [s, i] = [Math.floor(at / matrix.columns), at % matrix.columns];
    const expected = stated(s, i);
    if (Math.abs(value - expected) <= tolerance) continue;
    throw bad(`${file} [${s}, ${i}]: expected ${expected} as in the side file, got ${value}`);
  }
}

function bad(message: string): BoSearchError {
  return new BoSearchError('E_SCHEDULES', message, { hint: 'take all files of one export' });
}
