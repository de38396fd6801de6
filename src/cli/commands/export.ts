/** `bo-search export`: the schedules of a run for other tools. */
import process from 'node:process';
import { readStudy } from '../../index.js';
import { BoSearchError } from '../../errors.js';
import { schedulesToJson } from '../../schedules/index.js';
import { loadSchedules } from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { runCommand } from '../shell-words.js';
import { note, print } from '../terminal.js';
import { writeSchedules } from '../write-schedules.js';

export interface ExportFlags {
  readonly output?: string;
  /** Only schedules of this kind. */
  readonly only?: string;
  readonly json?: boolean;
}

/** Writes the schedules of a run, a journal or a schedules file. */
export async function exportSchedules(source: string, flags: ExportFlags): Promise<ExitCode> {
  const { output, only } = flags;
  const loaded = loadSchedules(source, (folder) => readStudy(folder).recommend().alphas);
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
  const text = schedulesToJson({ ...loaded.file, schedules });
  if (output === undefined) {
    process.stdout.write(text);
  } else {
    await writeSchedules(output, text);
    note(`wrote ${output}`);
    if (flags.json === true) print(JSON.stringify({ kind: 'written', file: output }));
  }
  return EXIT.done;
}
