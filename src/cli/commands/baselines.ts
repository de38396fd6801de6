/** `bo-search baselines`: scores what needs no search, in the table that `run` ends with. */
import process from 'node:process';
import {
  type BaselinesOutcome,
  type ConfigOverrides,
  formatDuration,
  loadSearchConfig,
  runBaselines,
  scoreTable,
  withOverrides,
} from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadAnySchedules } from '../load-any-schedules.js';
import { commandLine } from '../shell-words.js';
import { note, print, styleOf } from '../terminal.js';
import { underWay } from '../under-way.js';

export interface BaselinesFlags extends Pick<ConfigOverrides, 'backend' | 'workers'> {
  readonly out: string;
  /** Held-out images. */
  readonly images?: number;
  /** Place of schedules to score beside the others. */
  readonly schedules?: string;
  readonly json?: boolean;
}

/** Scores schedules, or goes on with that. */
export async function baselines(configFile: string, flags: BaselinesFlags): Promise<ExitCode> {
  const { out, images, schedules: place } = flags;
  const { heldOut, ...config } = withOverrides(await loadSearchConfig(configFile), flags);
  const given = place === undefined ? {} : { schedules: (await loadAnySchedules(place)).file };
  const asked = { ...config, heldOut: { ...heldOut, ...(images === undefined ? {} : { images }) } };
  const outcome = await underWay((watch) => runBaselines(asked, { out, configFile, ...given, ...watch }));
  return answer(outcome, configFile, flags);
}

function answer(outcome: BaselinesOutcome, configFile: string, flags: BaselinesFlags): ExitCode {
  const seconds = Math.round(process.uptime() * 10) / 10;
  if (flags.json === true) print(JSON.stringify({ ...outcome, seconds }));
  if (outcome.kind === 'interrupted') {
    note('interrupted; scores that are there are kept', `go on with: ${commandAgain(configFile, flags)}`);
    return EXIT.interrupted;
  }
  if (flags.json !== true) showScores(outcome, seconds);
  return EXIT.done;
}

function showScores({ results, files }: Extract<BaselinesOutcome, { kind: 'finished' }>, seconds: number) {
  const style = styleOf(process.stdout);
  const { heldOut, search } = results;
  const { from, scores } = search.bestStep;
  print(
    '',
    `best step on ${search.images} search images: α = 1 from latent ${from} on, counted from 0: ${scores[from].toFixed(3)}`,
    '',
    `On ${heldOut.images} held-out images, in percent with 95 % intervals, K = ${heldOut.draws}:`,
    ...scoreTable(heldOut.rows, style, style.columns),
    '',
    `done in ${formatDuration(seconds)}: ${files.join(', ')}`,
  );
}

/** The command that goes on with this scoring. */
function commandAgain(configFile: string, flags: BaselinesFlags): string {
  const { out, images, schedules, backend, workers, json } = flags;
  const words = ['baselines', configFile, '--out', out];
  if (images !== undefined) words.push('--images', String(images));
  if (schedules !== undefined) words.push('--schedules', schedules);
  if (backend !== undefined) words.push('--backend', backend);
  if (workers !== undefined) words.push('--workers', String(workers));
  if (json === true) words.push('--json');
  return commandLine(...words);
}
