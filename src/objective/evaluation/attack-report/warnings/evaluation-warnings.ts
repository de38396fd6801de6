/** All that is automatically looked for in an evaluation; docs/evaluation.md says what each finding means. */
import type { EvaluationData } from '../../evaluation-data.js';
import { normsByLuck, notConverged, unverified } from './draws.js';
import { fallingWithBound, fallingWithSteps } from './falling-success.js';
import { gradientFaults, unboundedFailures } from './gradient-faults.js';
import { blackBoxOnly, searchedImages, softmaxOutputs, tooFewClasses } from './set-up.js';
import type { EvaluationWarning } from './warning.js';
import { blackBoxAhead, singleStepAhead } from './weaker-ahead.js';

const CHECKS: readonly ((data: EvaluationData) => EvaluationWarning[])[] = [
  softmaxOutputs,
  searchedImages,
  tooFewClasses,
  blackBoxOnly,
  unverified,
  gradientFaults,
  unboundedFailures,
  singleStepAhead,
  blackBoxAhead,
  fallingWithBound,
  fallingWithSteps,
  notConverged,
  normsByLuck,
];

/** Warnings first, then notes; within these by check, and by the data's order. */
export function evaluationWarnings(data: EvaluationData): EvaluationWarning[] {
  const all = CHECKS.flatMap((check) => check(data));
  const of = (severity: EvaluationWarning['severity']) => all.filter((one) => one.severity === severity);
  return [...of('warning'), ...of('note')];
}
