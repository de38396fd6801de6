/** The files an evaluation leaves: results, a row an attack and bound, a row an image, and the curves. */
import { join } from 'node:path';
import { attackRows } from '../../objective/evaluation/attack-report/attack-rows.js';
import { imageRows } from '../../objective/evaluation/attack-report/image-rows.js';
import type { EvaluationData } from '../../objective/evaluation/evaluation-data.js';
import { evaluationCsv, evaluationSvg } from '../../report/index.js';
import { formatJson } from '../../schedules/format-json.js';
import { RESULTS_FILE } from '../results.js';
import { writeWhole } from '../write-whole.js';
import type { EvaluationResults } from './evaluation-results.js';
import { IMAGES_FILE, PICTURE_FILE, ROWS_FILE } from './view-files.js';

/**
 * Writes the files, the results last, so that where they are, all is.
 * @returns their paths, the results first.
 * @throws BoSearchError `E_STORAGE`
 */
export async function writeEvaluation(
  out: string,
  results: EvaluationResults,
  data: EvaluationData,
  onWritten: (file: string) => void,
): Promise<string[]> {
  const { report, manifest } = results;
  const { model, task } = manifest.facts;
  const title = `Success of attacks on ${model.name}, ${task} task`;
  const texts = [
    [ROWS_FILE, evaluationCsv(attackRows(data, report.bounds))],
    [IMAGES_FILE, evaluationCsv(imageRows(data))],
    [PICTURE_FILE, evaluationSvg(report.curves, { title })],
    [RESULTS_FILE, `${formatJson(results)}\n`],
  ] as const;
  const files: string[] = [];
  for (const [name, text] of texts) {
    const file = join(out, name);
    await writeWhole(file, text);
    onWritten(file);
    files.unshift(file);
  }
  return files;
}
