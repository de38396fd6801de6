/** Keeps ask, tell and expire away from the folders of runs. */
import { BoSearchError } from '../errors.js';
import { readJournal } from '../index.js';
import { commandLine, runCommand } from './shell-words.js';

/** What the journal of a run says it is for, in its header. */
const JOB = 'bo-search/search';

/**
 * Lets a study pass that is not a run's, and a folder without a study.
 * @throws BoSearchError `E_STORAGE` for a run: its trials are measurements on its own images, and an outcome of another
 *   kind would be compared with them.
 */
export function assertOwnStudy(folder: string, command: 'ask' | 'tell' | 'expire'): void {
  if (jobIn(folder) !== JOB) return;
  throw new BoSearchError(
    'E_STORAGE',
    `${folder}: expected a study of ask, got the folder of a run, whose trials only the run itself may ${command}`,
    {
      hint: `${runCommand(folder)} goes on with it, ${commandLine('best', folder)} reads it; ask in another folder for a study of your own`,
    },
  );
}

function jobIn(folder: string): unknown {
  try {
    const [header] = readJournal(folder).records;
    return header?.kind === 'header' ? (header.about as { readonly job?: unknown } | null)?.job : undefined;
  } catch (error) {
    // none yet, one that another process is beginning, or a damaged one: whoever opens it begins it, waits, or says why
    if (error instanceof BoSearchError) return undefined;
    throw error;
  }
}
