/** Process groups of evaluators that are alive: signalled as a whole, and killed when this process exits. */

const live = new Set<number>();

/** Windows has no groups: there the process alone is signalled. */
export const HAS_GROUPS = process.platform !== 'win32';

/** From now on the group is killed at the exit of this process. */
export function watchGroup(pid: number): void {
  if (live.size === 0) process.on('exit', killAll);
  live.add(pid);
}

/** The group is gone or none of ours any more. */
export function forgetGroup(pid: number): void {
  live.delete(pid);
  if (live.size === 0) process.off('exit', killAll);
}

/** Signals every process of a group; one that is gone already is no mistake. */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(HAS_GROUPS ? -pid : pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function killAll(): void {
  for (const pid of live) signalGroup(pid, 'SIGKILL');
}
