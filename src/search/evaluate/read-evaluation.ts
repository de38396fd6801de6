/** Reads `results.json` of an evaluation, and checks all of it. */
import { readFileSync } from 'node:fs';
import { BoSearchError } from '../../errors.js';
import { attackRows } from '../../objective/evaluation/attack-report/attack-rows.js';
import { checked } from '../../objective/images/json-file.js';
import { canonicalJson } from '../../objective/images/content-hash.js';
import { dataOfResults, type EvaluationResults } from './evaluation-results.js';
import { evaluationSchema } from './evaluation-schema.js';

/**
 * The results in a file.
 * @throws BoSearchError `E_STORAGE` naming file and place: the evaluation makes the file anew from its cells.
 */
export function readEvaluation(path: string): EvaluationResults {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw refused(`${path}: expected JSON, got ${(cause as Error).message}`, cause);
  }
  const results = checked(value, evaluationSchema, 'E_STORAGE', path) as unknown as EvaluationResults;
  const problem = contradiction(results);
  if (problem === undefined) return results;
  throw refused(`${path} ${problem}`);
}

/** The first contradiction, as `place: expected …, got …`; undefined where there is none. */
function contradiction(results: EvaluationResults): string | undefined {
  const { cells, images, report } = results;
  for (const [i, cell] of cells.entries()) {
    const { outcomes, ...columns } = cell.images;
    if (outcomes.length > images.length) {
      return `cells[${i}].images.outcomes: expected at most ${images.length}, one an image, got ${outcomes.length}`;
    }
    for (const [name, column] of Object.entries(columns)) {
      const { length } = column as ArrayLike<unknown>;
      if (length === outcomes.length) continue;
      return `cells[${i}].images.${name}: expected ${outcomes.length}, one a letter of outcomes, got ${length}`;
    }
  }
  const rows: unknown = JSON.parse(JSON.stringify(attackRows(dataOfResults(results), report.bounds)));
  if (canonicalJson(rows) === canonicalJson(report.attacks)) return undefined;
  return 'report.attacks: expected what the cells add up to, got other numbers';
}

function refused(message: string, cause?: unknown): BoSearchError {
  return new BoSearchError('E_STORAGE', message, {
    hint: 'the file is damaged or was changed: run the evaluation again in its folder, which makes it anew from its cells',
    cause,
  });
}
