/** `bo-search expire`: ends trials that nobody will tell. */
import { openStudy } from '../../index.js';
import { assertOwnStudy } from '../assert-own-study.js';
import { assertStudyIn } from '../assert-study-in.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { noteWarnings, withStudy } from '../open-when-free.js';
import { note, print } from '../terminal.js';

export interface ExpireFlags {
  readonly wait: number;
  readonly json?: boolean;
}

/** Ends the named detached trials, or all that run, as failed. */
export async function expire(
  folder: string,
  numbers: readonly number[],
  { wait, json }: ExpireFlags,
): Promise<ExitCode> {
  assertStudyIn(folder);
  assertOwnStudy(folder, 'expire');
  const { place, ended } = await withStudy(
    () => openStudy(folder, { onEvent: noteWarnings }),
    wait,
    async (study) => ({
      place: study.place,
      ended: await study.expire(numbers.length === 0 ? undefined : numbers),
    }),
  );
  const trials = ended.map(({ number }) => number);
  if (json === true) print(JSON.stringify({ kind: 'expired', study: place, trials }));
  else print(...trials.map(String));
  if (trials.length === 0 && json !== true) note('no trial was waiting for an outcome');
  return EXIT.done;
}
