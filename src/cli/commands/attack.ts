/** `bo-search attack`: makes the attacked images of a split alone. */
import process from 'node:process';
import {
  type AttackOutcome,
  buildAttack,
  type ConfigOverrides,
  formatDuration,
  type JudgedSplit,
  loadSearchConfig,
  withOverrides,
} from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { commandLine } from '../shell-words.js';
import { note, print } from '../terminal.js';
import { underWay } from '../under-way.js';

export interface AttackFlags extends Pick<ConfigOverrides, 'backend' | 'workers'> {
  readonly out: string;
  readonly split: JudgedSplit;
  readonly json?: boolean;
}

/** Attacks the images, or finds them attacked. */
export async function attack(configFile: string, flags: AttackFlags): Promise<ExitCode> {
  const { out, split } = flags;
  const config = withOverrides(await loadSearchConfig(configFile), flags);
  const outcome = await underWay((watch) => buildAttack(config, { out, split, configFile, ...watch }));
  return answer(outcome, configFile, flags);
}

function answer(outcome: AttackOutcome, configFile: string, flags: AttackFlags): ExitCode {
  const seconds = Math.round(process.uptime() * 10) / 10;
  if (flags.json === true) print(JSON.stringify({ ...outcome, seconds }));
  if (outcome.kind === 'interrupted') {
    note('interrupted; nothing is left half made', `begin again with: ${commandAgain(configFile, flags)}`);
    return EXIT.interrupted;
  }
  if (flags.json !== true) print(...lines(outcome, seconds));
  return EXIT.done;
}

function lines(outcome: Extract<AttackOutcome, { kind: 'finished' }>, seconds: number): string[] {
  const { summary, kept, sample, folder, reused } = outcome;
  const split = outcome.split === 'heldOut' ? 'held-out' : 'search';
  const where = folder ?? 'kept by the evaluator';
  const again = reused ? 'already there' : `done in ${formatDuration(seconds)}`;
  const ending = `${again}: ${where} (${sample})`;
  if (summary === undefined)
    return [`${kept} ${split} images; the evaluator does not say how the attack went`, ending];
  const { images, cleanErrors, successes } = summary;
  const right = images - cleanErrors - successes;
  const percent = (count: number): string => `${((100 * count) / images).toFixed(1)} %`;
  return [
    '',
    `${images} ${split} images:`,
    `  wrong before the attack   ${cleanErrors} (${percent(cleanErrors)})`,
    `  wrong after it            ${successes} (${percent(successes)})`,
    `  still right               ${right} (${percent(right)})`,
    ...(kept === images ? [] : [`  kept                      ${kept}`]),
    '',
    ending,
  ];
}

/** The command that does this again. */
function commandAgain(configFile: string, flags: AttackFlags): string {
  const { out, split, backend, workers, json } = flags;
  const words = ['attack', configFile, '--split', split, '--out', out];
  if (backend !== undefined) words.push('--backend', backend);
  if (workers !== undefined) words.push('--workers', String(workers));
  if (json === true) words.push('--json');
  return commandLine(...words);
}
