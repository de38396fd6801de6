/** Everything that is said of an evaluation, from its data alone: rows, curves, differences and warnings. Plain data. */
import type { EvaluationData } from '../evaluation-data.js';
import { type AttackRow, attackRows, l2Bounds } from './attack-rows.js';
import { assertEvaluation } from './assert-evaluation.js';
import { compareDefences, type ComparisonOptions, type DefenceComparison } from './compare-defences.js';
import { type NoiseRow, noiseRows, type TransferRow, transferRows } from './judged-elsewhere.js';
import { type SuccessCurve, successCurves } from './success-curves.js';
import { type EvaluationWarning } from './warnings/warning.js';
import { evaluationWarnings } from './warnings/evaluation-warnings.js';
import { type WorstCaseRow, worstCaseRows } from './worst-case-rows.js';

export interface EvaluationReport {
  /** L2 bounds at which minimum-norm attacks and worst cases were read, increasing. */
  readonly bounds: readonly number[];
  readonly attacks: readonly AttackRow[];
  readonly worstCases: readonly WorstCaseRow[];
  readonly curves: readonly SuccessCurve[];
  readonly comparisons: readonly DefenceComparison[];
  readonly transfers: readonly TransferRow[];
  readonly noise: readonly NoiseRow[];
  /** Warnings first, then notes. */
  readonly warnings: readonly EvaluationWarning[];
}

/**
 * The report; every number in it is finite, and null says infinite or unknown.
 * @param options - `reference`, whose lead over the other defences is reported, default `learned` where there is one;
 * `bounds`, default the L2 bounds of the fixed-budget attacks.
 * @throws BoSearchError `E_ARGUMENT` if the data contradict themselves, naming the cell.
 */
export function evaluationReport(data: EvaluationData, options: ComparisonOptions = {}): EvaluationReport {
  assertEvaluation(data);
  const bounds = options.bounds ?? l2Bounds(data);
  return {
    bounds,
    attacks: attackRows(data, bounds),
    worstCases: worstCaseRows(data, bounds),
    curves: successCurves(data),
    comparisons: compareDefences(data, { ...options, bounds }),
    transfers: transferRows(data),
    noise: noiseRows(data),
    warnings: evaluationWarnings(data),
  };
}
