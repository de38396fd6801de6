/** `bo-search evaluate`: attacks schedules and the baselines beside them. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import {
  type ConfigOverrides,
  type EvaluationOutcome,
  formatDuration,
  loadSearchConfig,
  runEvaluation,
  withEvaluationImages,
  withOverrides,
} from '../../search/index.js';
import { evaluationLines } from '../evaluation-lines.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadAnySchedules } from '../load-any-schedules.js';
import { commandLine } from '../shell-words.js';
import { note, print, styleOf } from '../terminal.js';
import { underWay } from '../under-way.js';

export interface EvaluateFlags extends Pick<ConfigOverrides, 'backend' | 'workers'> {
  readonly config: string;
  readonly out: string;
  /** Held-out images. */
  readonly images?: number;
  readonly attacks?: readonly string[];
  readonly defences?: readonly string[];
  readonly json?: boolean;
}

/** Attacks, or goes on with that. */
export async function evaluate(source: string, flags: EvaluateFlags): Promise<ExitCode> {
  const { config: configFile, out, images, attacks, defences } = flags;
  const config = withOverrides(await loadSearchConfig(configFile), flags);
  const { file: schedules } = await loadAnySchedules(source);
  const asked = images === undefined ? config : withEvaluationImages(config, images);
  const outcome = await underWay((watch) =>
    runEvaluation(asked, {
      out,
      configFile,
      schedules,
      run: folderOf(source),
      ...(attacks === undefined ? {} : { attacks }),
      ...(defences === undefined ? {} : { defences }),
      ...watch,
    }),
  );
  return answer(outcome, source, flags);
}

/** The run the schedules are of, if they are. */
function folderOf(source: string): string {
  return statSync(source, { throwIfNoEntry: false })?.isDirectory() === true ? source : dirname(source);
}

function answer(outcome: EvaluationOutcome, source: string, flags: EvaluateFlags): ExitCode {
  const seconds = Math.round(process.uptime() * 10) / 10;
  if (outcome.kind === 'interrupted') {
    if (flags.json === true) print(JSON.stringify({ ...outcome, seconds }));
    note(
      'interrupted; what is attacked is kept, an attack under way too',
      `go on with: ${commandAgain(source, flags)}`,
    );
    return EXIT.interrupted;
  }
  if (flags.json === true) {
    const { kind, out, results, files } = outcome;
    print(JSON.stringify({ kind, out, results, files, seconds, secondsByDefence: outcome.seconds }));
    return EXIT.done;
  }
  const { results, files } = outcome;
  const style = styleOf(process.stdout);
  print('', ...evaluationLines(results, outcome.seconds, style), '');
  print(`done in ${formatDuration(seconds)}: ${files.join(', ')}`);
  return EXIT.done;
}

/** The command that goes on with this evaluation. */
function commandAgain(source: string, flags: EvaluateFlags): string {
  const { config, out, images, attacks, defences, backend, workers, json } = flags;
  const words = ['evaluate', source, '--config', config, '--out', out];
  if (images !== undefined) words.push('--images', String(images));
  if (attacks !== undefined) words.push('--attacks', attacks.join(','));
  if (defences !== undefined) words.push('--defences', defences.join(','));
  if (backend !== undefined) words.push('--backend', backend);
  if (workers !== undefined) words.push('--workers', String(workers));
  if (json === true) words.push('--json');
  return commandLine(...words);
}
