/** `bo-search best`: the point a study recommends. */
import { readStudy } from '../../index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { assertStudyIn } from '../assert-study-in.js';
import { assertOneForm, assertPrintable, type PointFormat, pointLine } from '../point-lines.js';
import { recommendedPoint } from '../recommended-point.js';
import { note, print } from '../terminal.js';

export interface BestFlags {
  readonly format: PointFormat;
  readonly json?: boolean;
}

/** Prints the posterior-mean best; takes no lock. */
export function best(path: string, flags: BestFlags): ExitCode {
  assertOneForm(flags);
  const { format, json } = flags;
  assertStudyIn(path);
  const study = readStudy(path);
  if (json !== true) assertPrintable(study.space, format);
  for (const { message } of study.warnings) note(`warning: ${message}`);
  const point = recommendedPoint(study.recommend());
  if (json === true) {
    print(JSON.stringify({ kind: 'best', study: study.place, ...point }));
    return EXIT.done;
  }
  const { trial, values, mean, interval, observed } = point;
  const [low, high] = interval;
  print(pointLine({ number: trial, values }, study.space, format, { mean, low, high }));
  note(
    `trial ${trial}, by the posterior mean: ${short(mean)} [${short(low)}, ${short(high)}]; ` +
      `best observed: trial ${observed.trial} with ${short(observed.value)}`,
  );
  return EXIT.done;
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
