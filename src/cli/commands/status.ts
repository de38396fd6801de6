/** `bo-search status`: how far a run is. */
import { formatDuration, readRun, type RunStatus } from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { runCommand } from '../shell-words.js';
import { note, print } from '../terminal.js';

/** Says how far the run in a folder is. */
export function status(path: string, flags: { readonly json?: boolean }): ExitCode {
  const run = readRun(path, Date.now());
  for (const warning of run.warnings) note(`warning: ${warning}`);
  if (flags.json === true) print(JSON.stringify({ kind: 'status', ...summary(run) }));
  else print(...lines(run));
  return EXIT.done;
}

function summary(run: RunStatus): Record<string, unknown> {
  const { journal, facts, wanted, ended, failed, running, best, writer, idleSeconds, finished, backend } =
    run;
  return { journal, finished, ended, wanted, failed, running, best, writer, idleSeconds, backend, ...facts };
}

function lines(run: RunStatus): string[] {
  const { facts, wanted, ended, failed, running, best, header, backend, writer } = run;
  const counts = [`${ended}${wanted === undefined ? '' : ` of ${wanted}`} evaluations`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (running > 0) {
    counts.push(`${running} ${writer === undefined ? 'broken off, will be done again' : 'under way'}`);
  }
  const { task } = (facts?.config ?? {}) as { readonly task?: string };
  return [
    `${run.journal}: ${counts.join(', ')}`,
    ...(best?.value === undefined
      ? []
      : [`best    ${best.value.toFixed(4)}, trial ${best.number} (${origin(best)})`]),
    ...(facts === undefined
      ? []
      : [`model   ${facts.model.name}, task ${task}, ${facts.model.latents.length} latents`]),
    `seed    ${header.seed}, policy ${header.policy.name}${backend === undefined ? '' : `, ${backend}`}`,
    `state   ${stateOf(run)}`,
  ];
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
