/** `bo-search replay`: proves a journal. */
import process from 'node:process';
import { BoSearchError } from '../../errors.js';
import { readStudy, type ReplayDifference, type ReplayProof, verifyReplay } from '../../index.js';
import { assertStudyIn } from '../assert-study-in.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { liveProgress } from '../live-progress.js';
import { note, print, styleOf } from '../terminal.js';

export interface ReplayFlags {
  /** First trial to make again. */
  readonly from: number;
  readonly json?: boolean;
}

/** A proof that is done sooner shows no progress. */
const SECONDS_OF_SILENCE = 2;

/** Makes every suggestion and decision of a journal again, and says whether they are identical. */
export function replay(path: string, { from, json }: ReplayFlags): ExitCode {
  assertStudyIn(path);
  const { place, header, warnings } = readStudy(path);
  for (const { message } of warnings) note(`warning: ${message}`);
  const proof = prove(path, from);
  const identical = proof.difference === undefined;
  const node = { journal: header.versions.node, here: process.versions.node };
  if (json === true) print(JSON.stringify({ kind: 'replay', study: place, identical, ...proof, node }));
  else print(...lines(place, proof));
  if (identical) return EXIT.done;
  note(`hint: ${hintOf(node)}`);
  return EXIT.state;
}

function prove(path: string, from: number): ReplayProof {
  const progress = liveProgress(styleOf(process.stderr));
  const start = process.uptime();
  try {
    return verifyReplay(path, {
      from,
      onProgress(done, of) {
        if (process.uptime() - start < SECONDS_OF_SILENCE) return;
        progress.say({ kind: 'progress', task: 'replay', done, of });
      },
    });
  } catch (error) {
    throw ownPolicy(error) ?? error;
  } finally {
    progress.end();
  }
}

/** The error of a policy that is not known, with what to do about it. */
function ownPolicy(error: unknown): BoSearchError | undefined {
  if (!(error instanceof BoSearchError) || !error.message.startsWith('study policy: ')) return undefined;
  return new BoSearchError(error.code, error.message, {
    hint: 'only the program that has this policy can replay it: verifyReplay(path, { policy })',
  });
}

function lines(place: string, { from, suggestions, decisions, difference }: ReplayProof): string[] {
  const since = from === 0 ? '' : ` from trial ${from} on`;
  const made = `${suggestions} suggestions and ${decisions} decisions${since}`;
  if (difference === undefined) return [`${place}: made ${made} again, all identical`];
  return [`${place}: made ${made} again, identical; then a difference`, `  ${differenceLine(difference)}`];
}

/** `trial 17 (line 40) unit[3] (alpha_3): 0.25 in the journal, 0.5 made again`. */
function differenceLine({ trial, line, part, parameter, journal, replayed }: ReplayDifference): string {
  const name = parameter === undefined ? '' : ` (${parameter})`;
  const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
  return `trial ${trial} (line ${line}) ${part}${name}: ${show(journal)} in the journal, ${show(replayed)} made again`;
}

function hintOf({ journal, here }: { readonly journal: string; readonly here: string }): string {
  if (journal !== here) {
    return `the study was begun on Node ${journal}, and this is ${here}: suggestions are the same on one version only`;
  }
  return 'the journal was made by another release of bo-search or on another machine, or it was changed';
}
