/** `bo-search tell`: what came of a trial. */
import { observedInterval, observedValue, openStudy, type Study, type Trial } from '../../index.js';
import { assertOwnStudy } from '../assert-own-study.js';
import { assertStudyIn } from '../assert-study-in.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { noteWarnings, withStudy } from '../open-when-free.js';
import { oneLine, print } from '../terminal.js';
import { type Told, toldOutcome, type ToldFlags } from '../told-outcome.js';

export interface TellFlags extends ToldFlags {
  readonly wait: number;
  readonly json?: boolean;
}

/** Ends a running trial with its outcome. */
export async function tell(folder: string, number: number, flags: TellFlags): Promise<ExitCode> {
  const told = await toldOutcome(flags);
  assertStudyIn(folder);
  assertOwnStudy(folder, 'tell');
  const {
    place: study,
    trial,
    ended,
  } = await withStudy(
    () => openStudy(folder, { onEvent: noteWarnings }),
    flags.wait,
    async (opened) => {
      const trial = await end(opened, number, told);
      return { place: opened.place, trial, ended: opened.endedTrials };
    },
  );
  if (flags.json === true) print(JSON.stringify({ kind: 'told', study, ...shown(trial), ended }));
  else print(line(trial));
  return EXIT.done;
}

async function end(study: Study, number: number, told: Told): Promise<Trial> {
  if (told.kind === 'outcome') return study.tell(number, told.outcome);
  for (const block of told.blocks) await study.report(number, block);
  return study.tell(number);
}

function shown({ number, state, outcome }: Trial): Record<string, unknown> {
  if (outcome === undefined) return { number, state };
  return { number, state, outcome, value: observedValue(outcome), interval: observedInterval(outcome) };
}

/** `3 complete 0.84`, or `3 failed` and why. */
function line({ number, state, outcome }: Trial): string {
  if (outcome === undefined) return `${number} ${state}`;
  return `${number} ${state} ${'failed' in outcome ? oneLine(outcome.failed) : observedValue(outcome)}`;
}
