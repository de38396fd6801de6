/** `bo-search explain`: what a study's model knows, or why one trial went where it went. */
import { readStudy } from '../../index.js';
import { assertStudyIn } from '../assert-study-in.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { studyLines } from '../explain-lines.js';
import { trialLines } from '../explain-trial-lines.js';
import { recommendedPoint } from '../recommended-point.js';
import { note, oneLine, print } from '../terminal.js';

export interface ExplainFlags {
  /** The trial to explain; absent for the study. */
  readonly trial?: number;
  /** Most parameters, and most trials, to list. */
  readonly top: number;
  readonly json?: boolean;
}

/** Says what there is to say, from the journal alone; takes no lock. */
export function explain(path: string, { trial, top, json }: ExplainFlags): ExitCode {
  assertStudyIn(path);
  const study = readStudy(path);
  for (const { message } of study.warnings) note(`warning: ${message}`);
  if (trial !== undefined) {
    const explained = study.explainTrial(trial);
    if (json === true) print(JSON.stringify({ kind: 'trial-explanation', ...explained }));
    else print(...trialLines(explained, top).map(oneLine));
    return EXIT.done;
  }
  const explained = study.explain({ worst: top });
  if (json === true) {
    const recommended = recommendedPoint(explained.recommended);
    print(JSON.stringify({ kind: 'explanation', ...explained, recommended }));
  } else print(...studyLines(explained, top).map(oneLine));
  return EXIT.done;
}
