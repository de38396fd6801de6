/** `bo-search status`: how far a run is. */
import { BoSearchError } from '../../errors.js';
import { readStudy } from '../../index.js';
import { formatDuration, readRun, type RunStatus, type TrialRow } from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { type RecommendedPoint, recommendedPoint } from '../recommended-point.js';
import { runCommand } from '../shell-words.js';
import { note, oneLine, print } from '../terminal.js';

/** Says how far the run in a folder is. */
export function status(path: string, flags: { readonly json?: boolean }): ExitCode {
  const run = readRun(path, Date.now());
  for (const warning of run.warnings) note(`warning: ${warning}`);
  if (flags.json === true) {
    print(
      JSON.stringify({
        kind: 'status',
        ...summary(run),
        waiting: waitingIn(run),
        recommended: recommendedIn(run),
      }),
    );
  } else print(...lines(run).map(oneLine));
  return EXIT.done;
}

/** Trials of `ask` that nobody told or expired. */
function waitingIn({ journal }: RunStatus): number {
  return readStudy(journal).trials.filter(({ state, owner }) => state === 'running' && owner === 'detached')
    .length;
}

/** What `recommend()` says; nothing where no trial has a value, or the policy is its program's own. */
function recommendedIn({ journal, ended }: RunStatus): RecommendedPoint | undefined {
  if (ended === 0) return undefined;
  try {
    return recommendedPoint(readStudy(journal).recommend());
  } catch (error) {
    if (error instanceof BoSearchError) return undefined;
    throw error;
  }
}

function summary(run: RunStatus): Record<string, unknown> {
  const {
    journal,
    facts,
    wanted,
    ended,
    failed,
    running,
    best,
    writer,
    idleSeconds,
    finished,
    backend,
    race,
  } = run;
  return {
    study: journal,
    journal,
    finished,
    ended,
    wanted,
    failed,
    running,
    race,
    best,
    writer,
    idleSeconds,
    backend,
    ...facts,
  };
}

function lines(run: RunStatus): string[] {
  const { facts, wanted, ended, failed, running, best, header, backend, writer, race } = run;
  const counts =
    race === undefined
      ? [`${ended}${wanted === undefined ? '' : ` of ${wanted}`} evaluations`]
      : [`${race.judged} of ${race.of} image judgements`, `${ended} trials`, `${race.stopped} stopped`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (running > 0) {
    const waiting = waitingIn(run);
    const working = running - waiting;
    if (working > 0) {
      counts.push(`${working} ${writer === undefined ? 'broken off, will be done again' : 'under way'}`);
    }
    if (waiting > 0) counts.push(`${waiting} waiting for tell`);
  }
  const { task } = (facts?.config ?? {}) as { readonly task?: string };
  const which = task === undefined ? '' : `, task ${task}`;
  return [
    `${run.journal}: ${counts.join(', ')}`,
    ...(best?.best === undefined ? [] : [`best    ${bestWords(best)}`]),
    ...(facts === undefined
      ? []
      : [`model   ${facts.model.name}${which}, ${facts.model.latents.length} latents`]),
    `seed    ${header.seed}, policy ${header.policy.name}${backend === undefined ? '' : `, ${backend}`}`,
    `state   ${stateOf(run)}`,
  ];
}

/** The best value, of all images of its point where trials race. */
function bestWords(row: TrialRow): string {
  const { best = NaN, bestImages, number } = row;
  const on = bestImages === undefined ? '' : `, on ${bestImages} images`;
  return `${best.toFixed(4)}, trial ${number} (${origin(row)})${on}`;
}

function origin({ by, label }: { readonly by: string; readonly label?: string }): string {
  return label ?? by;
}

function stateOf({ writer, finished, idleSeconds, facts, folder }: RunStatus): string {
  const last = `last written ${formatDuration(idleSeconds)} ago`;
  if (writer !== undefined) return `process ${writer.pid} on ${writer.host} is at work, ${last}`;
  if (finished) return `finished, ${last}`;
  const next = facts === undefined ? '' : `; go on with: ${runCommand(folder)}`;
  return `nobody is at work, ${last}${next}`;
}
