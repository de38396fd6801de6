/** Says what a file or folder is, after checking all of it. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BoSearchError } from '../errors.js';
import { CLASSES_FILE } from '../objective/images/folder-entries.js';
import { scheduleRows } from '../report/index.js';
import {
  formOfContent,
  isLoneArray,
  loneArrayWarning,
  readSchedulesFile,
  type SchedulesFile,
  schedulesFromJson,
} from '../schedules/index.js';
import { JOURNAL_FILE } from '../storage/index.js';
import type { FileDescription } from './file-description.js';
import { BASELINES_FILE } from './baselines-results.js';
import { loadSearchConfig } from './config/read-search-config.js';
import { EVALUATION_FILE } from './evaluate/evaluation-facts.js';
import { readRun } from './read-run.js';
import { RESULTS_FILE } from './results.js';
import { readBaselines, readResults } from './results-file.js';
import { SCHEDULES_FILE } from './schedules-of-run.js';

/** Largest file that is looked into for schedules when its name does not say what it is, in bytes. */
const MAX_FORM_BYTES = 256 * 1024 * 1024;

/**
 * Checks a file or folder whole: a configuration with its model, weights against their hashes, every line of a journal.
 * @throws BoSearchError naming file, place and reason, of the first mistake; `E_ARGUMENT` if it is nothing we know.
 */
export async function describeFile(path: string): Promise<FileDescription> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw unknown(path, 'no such file');
  if (stats.isDirectory()) return describeFolder(path);
  if (path.endsWith('.jsonl')) return describeJournal(path);
  if (path.endsWith('.json')) return describeJson(path);
  const form = stats.size > MAX_FORM_BYTES ? undefined : formOfContent(readFileSync(path));
  if (/\.(csv|tsv|npy)$/i.test(path) || form !== undefined) {
    return describeOtherForm(path);
  }
  if (/\.ya?ml$/i.test(path)) return describeConfig(path);
  throw unknown(path, `a file of another kind (${basename(path)})`);
}

async function describeFolder(folder: string): Promise<FileDescription> {
  const has = (file: string) => existsSync(join(folder, file));
  if (has('model.json')) return (await parts()).describeModel(folder);
  if (has('attacked.json')) return (await parts()).describeAttacked(folder);
  if (has('images.json')) return (await parts()).describeImages(join(folder, 'images.json'));
  if (has(CLASSES_FILE)) return (await parts()).describeImages(folder);
  if (has(BASELINES_FILE) && !has(JOURNAL_FILE)) return describeBaselines(join(folder, BASELINES_FILE));
  if (has(EVALUATION_FILE) && has(RESULTS_FILE)) return describeEvaluation(join(folder, RESULTS_FILE));
  if (!has(JOURNAL_FILE)) throw unknown(folder, `a folder without model.json or ${JOURNAL_FILE}`);
  const journal = describeJournal(folder);
  if (!has(SCHEDULES_FILE)) return { ...journal, kind: 'run' };
  const schedules = describeSchedules(join(folder, SCHEDULES_FILE));
  return { kind: 'run', text: `${journal.text}; ${schedules.text}`, warnings: journal.warnings };
}

async function describeConfig(path: string): Promise<FileDescription> {
  const config = await loadSearchConfig(path);
  return (await parts()).describeConfig(config, path);
}

function describeJournal(path: string): FileDescription {
  const run = readRun(path, 0);
  const { ended, running, best, facts, writer } = run;
  const state = writer === undefined ? 'broken off' : 'under way';
  const what = facts === undefined ? 'a study' : `a search of α for ${facts.model.name}`;
  const score = best?.value === undefined ? '' : `, best ${best.value.toFixed(4)} (trial ${best.number})`;
  return {
    kind: 'journal',
    text: `${what}: ${ended} evaluations${running > 0 ? `, ${running} ${state}` : ''}${score}`,
    warnings: run.warnings,
  };
}

async function describeJson(path: string): Promise<FileDescription> {
  const format = formatOf(path);
  switch (format) {
    case 'bo-search/schedules':
      return describeSchedules(path);
    case 'bo-search/model':
      return (await parts()).describeModel(dirname(path));
    case 'bo-search/images':
      return (await parts()).describeImages(path);
    case 'bo-search/attacked-set':
      return (await parts()).describeAttacked(dirname(path));
    case 'bo-search/results':
      return describeResults(path);
    case 'bo-search/baselines':
      return describeBaselines(path);
    case 'bo-search/evaluation':
      return describeEvaluation(path);
    case undefined:
      if (basename(path) === RESULTS_FILE) return describeResults(path);
      if (basename(path) === BASELINES_FILE) return describeBaselines(path);
      return looksLikeSchedules(path) ? describeSchedules(path) : describeConfig(path);
    default:
      throw unknown(path, `the format ${JSON.stringify(format)}`);
  }
}

/** The `format` a JSON file names; undefined where it names none or is no JSON. */
function formatOf(path: string): string | undefined {
  try {
    const value = JSON.parse(textOf(path)) as { readonly format?: unknown } | null;
    return typeof value?.format === 'string' ? value.format : undefined;
  } catch {
    return undefined;
  }
}

/** By its name, or by what only schedules have; also where the text is no JSON any more. */
function looksLikeSchedules(path: string): boolean {
  return basename(path).startsWith('schedules') || /"schedules"\s*:/.test(textOf(path));
}

/** Without the byte order mark some editors put first. */
function textOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
}

function describeSchedules(path: string): FileDescription {
  return describedSchedules(schedulesFromJson(textOf(path), path), []);
}

/** Schedules as YAML, CSV or arrays. */
async function describeOtherForm(path: string): Promise<FileDescription> {
  const file = await readSchedulesFile(path);
  return describedSchedules(file, isLoneArray(path) ? [loneArrayWarning(path)] : []);
}

function describedSchedules(file: SchedulesFile, warnings: readonly string[]): FileDescription {
  const names = scheduleRows(file).map(({ name }) => name);
  const { latents, name } = file.model;
  return {
    kind: 'schedules',
    text: `${counted(names.length, 'schedule')} for ${name}, ${counted(latents.length, 'latent')}: ${names.join(', ')}`,
    warnings,
  };
}

function counted(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`;
}

function describeResults(path: string): FileDescription {
  const { facts, heldOut } = given(() => readResults(path));
  const names = heldOut.rows.map(({ name }) => name);
  const text = `results of a search of α for ${facts.model.name} on ${heldOut.images} held-out images: ${names.join(', ')}`;
  return { kind: 'results', text, warnings: [] };
}

function describeBaselines(path: string): FileDescription {
  const { facts, heldOut } = given(() => readBaselines(path));
  const names = heldOut.rows.map(({ name }) => name);
  const text = `schedules scored for ${facts.model.name} on ${heldOut.images} held-out images: ${names.join(', ')}`;
  return { kind: 'results', text, warnings: [] };
}

async function describeEvaluation(path: string): Promise<FileDescription> {
  const { readEvaluation } = await import('./evaluate/read-evaluation.js');
  const { manifest, defences, cells, images, report } = given(() => readEvaluation(path));
  const attacks = [...new Set(cells.map(({ attack }) => attack.label))];
  const labels = defences.map(({ label }) => label);
  const doubts = report.warnings.filter(({ severity }) => severity === 'warning').length;
  const text = `evaluation for ${manifest.facts.model.name} on ${images.length} held-out images: ${labels.join(', ')}; attacked by ${attacks.join(', ')}; ${counted(doubts, 'warning')}`;
  return { kind: 'results', text, warnings: [] };
}

/** What is wrong with a file that somebody gives is no state of a run, as it is where a run finds it. */
function given<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof BoSearchError) || cause.code !== 'E_STORAGE') throw cause;
    const { message, hint } = cause;
    throw new BoSearchError('E_ARGUMENT', message, { ...(hint === undefined ? {} : { hint }), cause });
  }
}

/** What needs a tensor runtime or the loaders of models and images: only loaded for those. */
const parts = () => import('./describe-parts.js');

function unknown(path: string, got: string): BoSearchError {
  return new BoSearchError(
    'E_ARGUMENT',
    `${path}: expected a search.yaml, schedules, results, a study.jsonl, or the folder of a model, images or a run, got ${got}`,
    {
      hint: 'check the path',
    },
  );
}
