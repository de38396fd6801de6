/** What an evaluation found, in lines: accuracies of every defence under every attack, then what makes them doubtful. */
import { comparisonTable, type EvaluationResults, evaluationTable, warningLines } from '../search/index.js';
import type { StreamStyle } from './terminal.js';

/**
 * Table, differences to the learned schedule, and warnings.
 * @param seconds - by defence.
 */
export function evaluationLines(
  { report, images, manifest }: EvaluationResults,
  seconds: Readonly<Record<string, number>>,
  style: StreamStyle,
): string[] {
  const { attacks, worstCases, comparisons, warnings } = report;
  const { purifications, verification } = manifest.facts;
  const width = style.columns;
  const said = warnings.length === 0 ? [] : ['', ...warningLines(warnings, style)];
  return [
    `On ${images.length} held-out images, share right in percent with 95 % intervals, K = ${purifications}; a success fools at least ${100 * verification.share} % of ${verification.draws} fresh draws:`,
    ...evaluationTable(attacks, { worstCases, seconds, style, width }),
    ...(comparisons.length === 0 ? [] : ['', ...comparisonTable(comparisons, { style, width })]),
    ...said,
  ];
}
