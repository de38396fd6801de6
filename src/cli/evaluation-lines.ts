/** What an evaluation found, in lines: accuracies of every defence under every attack, then what makes them doubtful. */
import type { EvaluationResults } from '../search/index.js';
import type { StreamStyle } from './terminal.js';

/** The table and the warnings. */
export function evaluationLines({ report }: EvaluationResults, _style: StreamStyle): string[] {
  return [
    ...report.attacks.map(
      (row) =>
        `${row.defence.padEnd(20)} ${row.attack.padEnd(16)} ${row.bound ?? ''} clean ${row.cleanAccuracy.mean.toFixed(3)} robust ${row.robustAccuracy.mean.toFixed(3)} median ${row.medianNorm ?? '∞'}`,
    ),
    ...report.warnings.map(
      ({ severity, text, defence, attack }) => `${severity}: ${defence ?? ''} ${attack ?? ''}: ${text}`,
    ),
  ];
}
