/** `bo-search run`: the main job, from a configuration to a learned schedule, with a table at the end. */
import process from 'node:process';
import {
  alphasPicture,
  comparedAlphas,
  formatDuration,
  loadSearchConfig,
  runSearch,
  type SearchOutcome,
  scoreTable,
  type ConfigOverrides,
  withOverrides,
} from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { learnedLines, verdictLines } from '../learned-lines.js';
import { raceLines } from '../race-lines.js';
import { commandLine } from '../shell-words.js';
import { note, print, styleOf } from '../terminal.js';
import { underWay } from '../under-way.js';

export interface RunFlags extends ConfigOverrides {
  readonly out: string;
  readonly json?: boolean;
}

/** Runs or goes on with a search. */
export async function run(configFile: string, flags: RunFlags): Promise<ExitCode> {
  const config = withOverrides(await loadSearchConfig(configFile), flags);
  const { out } = flags;
  const outcome = await underWay((watch) => runSearch(config, { out, configFile, ...watch }));
  return answer(outcome, configFile, flags);
}

function answer(outcome: SearchOutcome, configFile: string, flags: RunFlags): ExitCode {
  const seconds = Math.round(process.uptime() * 10) / 10;
  if (flags.json === true) print(JSON.stringify({ ...outcome, seconds }));
  switch (outcome.kind) {
    case 'finished':
      if (flags.json !== true) showResults(outcome, seconds);
      return EXIT.done;
    case 'interrupted':
      note(
        `interrupted after ${doneWords(outcome)}; nothing is lost`,
        `go on with: ${commandAgain(configFile, flags)}`,
      );
      return EXIT.interrupted;
    case 'failing':
      note(`bo-search: ${outcome.message}`, `hint: ${outcome.advice}`);
      return EXIT.state;
    default:
      return outcome satisfies never;
  }
}

function showResults(outcome: Extract<SearchOutcome, { kind: 'finished' }>, seconds: number): void {
  const { results, files } = outcome;
  const style = styleOf(process.stdout);
  const { heldOut, search, facts } = results;
  const { alphas } = search.recommended;
  print(
    '',
    ...learnedLines(search),
    ...(search.race === undefined ? [] : raceLines(search.race)),
    '',
    `On ${heldOut.images} held-out images, in percent with 95 % intervals, K = ${heldOut.draws}:`,
    ...scoreTable(heldOut.rows, style, style.columns),
    '* the interval of the paired difference leaves out 0',
    ...verdictLines(heldOut.rows),
    '',
    'α of each latent: 0 keeps it, 1 re-samples it',
    ...alphasPicture(facts.model.latents, comparedAlphas(alphas), style, style.columns),
    '',
    `${outcome.reused ? 'already there' : `done in ${formatDuration(seconds)}`}: ${files.join(', ')}`,
  );
}

function doneWords({ ended, evaluations, images }: Extract<SearchOutcome, { kind: 'interrupted' }>): string {
  if (images === undefined) return `${ended} of ${evaluations} evaluations`;
  return `${images.judged} of ${images.of} image judgements, in ${ended} trials`;
}

/** The command that goes on with this run. */
function commandAgain(configFile: string, flags: RunFlags): string {
  const { out, seed, evaluations, backend, workers, reference, racing, concurrency, json } = flags;
  const words = ['run', configFile, '--out', out];
  if (seed !== undefined) words.push('--seed', String(seed));
  if (evaluations !== undefined) words.push('--evaluations', String(evaluations));
  if (backend !== undefined) words.push('--backend', backend);
  if (workers !== undefined) words.push('--workers', String(workers));
  if (reference === true) words.push('--reference');
  if (racing !== undefined) words.push(racing ? '--racing' : '--no-racing');
  if (concurrency !== undefined) words.push('--concurrency', String(concurrency));
  if (json === true) words.push('--json');
  return commandLine(...words);
}
