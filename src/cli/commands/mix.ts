/** `bo-search mix`: class codes of one image with detail codes of another, in pictures and in numbers. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import {
  type ConfigOverrides,
  formatDuration,
  loadSearchConfig,
  type MixOutcome,
  runMix,
  withOverrides,
} from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadAnySchedules } from '../load-any-schedules.js';
import { mixLines } from '../mix-lines.js';
import { commandLine } from '../shell-words.js';
import { note, oneLine, print } from '../terminal.js';
import { underWay } from '../under-way.js';

const JOURNAL_FILE = 'study.jsonl';

export interface MixFlags extends Pick<ConfigOverrides, 'backend'> {
  readonly config: string;
  readonly out: string;
  readonly rows: number;
  readonly columns: number;
  readonly pairs: number;
  readonly subsets: number;
  readonly json?: boolean;
}

/** Mixes, counts and draws. */
export async function mix(source: string, flags: MixFlags): Promise<ExitCode> {
  const { out, config: configFile, rows, columns, pairs, subsets } = flags;
  const config = withOverrides(await loadSearchConfig(configFile), flags);
  const { file: schedules } = await loadAnySchedules(source);
  const study = studyOf(source);
  const asked = { out, configFile, schedules, rows, columns, pairs, subsets };
  const outcome = await underWay((watch) =>
    runMix(config, { ...asked, ...(study === undefined ? {} : { study }), ...watch }),
  );
  return answer(outcome, source, flags);
}

/** The journal of a run; none beside a schedules file, which may be another's. */
function studyOf(source: string): string | undefined {
  if (source.endsWith('.jsonl')) return source;
  if (statSync(source, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const journal = join(source, JOURNAL_FILE);
  return existsSync(journal) ? journal : undefined;
}

function answer(outcome: MixOutcome, source: string, flags: MixFlags): ExitCode {
  const seconds = Math.round(process.uptime() * 10) / 10;
  if (flags.json === true) print(JSON.stringify({ ...outcome, seconds }));
  if (outcome.kind === 'interrupted') {
    note('interrupted; nothing was written', `begin again with: ${commandAgain(source, flags)}`);
    return EXIT.interrupted;
  }
  if (flags.json !== true) {
    print(...mixLines(outcome.results).map(oneLine));
    print('', `done in ${formatDuration(seconds)}: ${outcome.files.join(', ')}`);
  }
  return EXIT.done;
}

/** The command that does this again. */
function commandAgain(source: string, flags: MixFlags): string {
  const { config, out, rows, columns, pairs, subsets, backend, json } = flags;
  const words = ['mix', source, '--config', config, '--out', out];
  for (const [name, value] of Object.entries({ rows, columns, pairs, subsets }))
    words.push(`--${name}`, String(value));
  if (backend !== undefined) words.push('--backend', backend);
  if (json === true) words.push('--json');
  return commandLine(...words);
}
