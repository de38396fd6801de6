/** `bo-search export`: the schedules of a run for other tools. */
import { BoSearchError } from '../../errors.js';
import { filesReadWith, type SchedulesFormat } from '../../schedules/index.js';
import { deliverSchedules } from '../deliver-schedules.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadAnySchedules } from '../load-any-schedules.js';
import { runCommand } from '../shell-words.js';
import { note } from '../terminal.js';

export interface ExportFlags {
  readonly output?: string;
  /** Only schedules of this kind. */
  readonly only?: string;
  readonly format: SchedulesFormat;
  readonly json?: boolean;
}

/** Writes the schedules of a run, a journal or a schedules file. */
export async function exportSchedules(source: string, flags: ExportFlags): Promise<ExitCode> {
  const { only } = flags;
  const loaded = await loadAnySchedules(source);
  const schedules = loaded.file.schedules.filter(({ kind }) => only === undefined || kind === only);
  if (schedules.length === 0) {
    const kinds = [...new Set(loaded.file.schedules.map(({ kind }) => kind))];
    throw new BoSearchError(
      'E_ARGUMENT',
      `--only: expected one of ${kinds.join(', ')}, got ${JSON.stringify(only)}`,
    );
  }
  if (!loaded.finished)
    note(`warning: ${loaded.source} is not finished: this is the best so far, without held-out scores`);
  if (loaded.behind !== undefined) {
    const { ended, evaluations, folder } = loaded.behind;
    note(
      `warning: ${loaded.source} is of the first ${evaluations} evaluations, and the run holds ${ended} by now`,
      `hint: ${runCommand(folder)} finishes it with all of them`,
    );
  }
  await deliverSchedules({ ...loaded.file, schedules }, { ...flags, sources: filesReadWith(loaded.source) });
  return EXIT.done;
}
