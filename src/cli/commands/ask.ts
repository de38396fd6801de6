/** `bo-search ask`: trials for an objective that is not ours, such as a shell script. */
import { BoSearchError } from '../../errors.js';
import {
  alphaSpace,
  createStudy,
  openStudy,
  type OpenOptions,
  type Space,
  spaceFromJson,
  spaceToJson,
  type Study,
  type Trial,
} from '../../index.js';
import { assertOwnStudy } from '../assert-own-study.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { noteWarnings, withStudy } from '../open-when-free.js';
import { assertOneForm, assertPrintable, type PointFormat, pointLine } from '../point-lines.js';
import { print } from '../terminal.js';

export interface AskFlags {
  readonly latents?: number;
  /** Path of a space file. */
  readonly space?: string;
  /** Whether the structured points are tried first; false for `--no-seeds`. */
  readonly seeds: boolean;
  readonly seed?: number;
  readonly direction?: 'maximize' | 'minimize';
  readonly policy?: string;
  /** Weight of clean accuracy; the rest is robust accuracy's. */
  readonly cleanWeight?: number;
  readonly count: number;
  readonly format: PointFormat;
  readonly wait: number;
  readonly json?: boolean;
}

/** Asks for trials that stay pending until they are told, whatever becomes of this process. */
export async function ask(folder: string, flags: AskFlags): Promise<ExitCode> {
  assertOneForm(flags);
  const space = await spaceOf(flags);
  assertOwnStudy(folder, 'ask');
  if (space !== undefined) assertPrintable(space, flags.format);
  const { place, trials, searched } = await withStudy(
    () => open(folder, space, flags),
    flags.wait,
    async (study) => {
      assertPrintable(study.space, flags.format);
      const trials = await study.ask(flags.count, { detached: true });
      return { place: study.place, searched: study.space, trials };
    },
  );
  if (flags.json === true) print(JSON.stringify({ kind: 'asked', study: place, trials: trials.map(shown) }));
  else print(...trials.map((trial) => pointLine(pointOf(trial), searched, flags.format)));
  return EXIT.done;
}

function pointOf({ number, alphas }: Trial): { number: number; values: readonly number[] } {
  return { number, values: alphas };
}

function shown(trial: Trial): Record<string, unknown> {
  const { params, origin } = trial;
  return { ...pointOf(trial), params, origin };
}

/** The space the options name; undefined where they name none, and the study in the folder has one. */
async function spaceOf({ latents, space, seeds }: AskFlags): Promise<Space | undefined> {
  if (latents !== undefined) return alphaSpace(latents, { seeds });
  if (space !== undefined) {
    const { loadSpace } = await import('../../search/index.js');
    const loaded = await loadSpace(space);
    return seeds ? loaded : spaceFromJson({ ...spaceToJson(loaded), seeds: [] });
  }
  if (seeds) return undefined;
  throw new BoSearchError(
    'E_ARGUMENT',
    'ask: expected --no-seeds beside --latents or --space, got it alone',
    {
      hint: 'the seed points are part of the space that a study is begun with',
    },
  );
}

async function open(folder: string, space: Space | undefined, flags: AskFlags): Promise<Study> {
  const { seed, direction, policy, cleanWeight } = flags;
  const options: OpenOptions = {
    ...(seed === undefined ? {} : { seed }),
    ...(direction === undefined ? {} : { direction }),
    ...(policy === undefined ? {} : { policy }),
    ...(cleanWeight === undefined ? {} : { weights: { clean: cleanWeight, robust: 1 - cleanWeight } }),
    onEvent: noteWarnings,
  };
  if (space !== undefined) return createStudy({ ...options, space, storage: folder });
  try {
    return await openStudy(folder, options);
  } catch (error) {
    if (!(error instanceof BoSearchError) || !isMissing(error)) throw error;
    throw new BoSearchError('E_ARGUMENT', `ask: expected --latents or --space for a new study in ${folder}`, {
      hint: 'for example --latents 18, or --space space.yaml',
      cause: error,
    });
  }
}

function isMissing({ code, cause }: BoSearchError): boolean {
  return code === 'E_STORAGE' && (cause as { code?: unknown } | undefined)?.code === 'ENOENT';
}
