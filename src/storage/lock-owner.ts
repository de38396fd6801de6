/**
 * Who holds a lock, and whether that process can still be alive.
 *
 * A process id alone says little: ids are used again. Where /proc is there, the time the process started and the boot
 * it belongs to are compared too, and the id's namespace (containers count their own). What cannot be judged from here
 * counts as alive.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';

import { errorCode } from './storage-error.js';

/** Identity of one holder of a lock. */
export interface LockOwner {
  /** Of this one acquisition; never made twice (so it is random, not keyed: two sessions must differ). */
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Start of the process in clock ticks since boot, where /proc tells. */
  readonly started?: string;
  /** Boot of the machine, where /proc tells. */
  readonly boot?: string;
  /** Namespace of the process id, where /proc tells. */
  readonly namespace?: string;
}

/** This process, with a fresh token. */
export function currentOwner(): LockOwner {
  const started = startOf(process.pid);
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'));
  return {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    ...(started === undefined ? {} : { started }),
    ...(boot === undefined ? {} : { boot }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/**
 * Whether the owner is known to be gone.
 * @param here - this process, to compare with.
 */
export function isGone(owner: LockOwner, here: LockOwner): boolean {
  if (owner.host !== here.host) return false;
  if (owner.boot !== undefined && here.boot !== undefined && owner.boot !== here.boot) return true;
  if (owner.namespace !== here.namespace) return false;
  if (!isAlive(owner.pid)) return true;
  const started = startOf(owner.pid);
  return owner.started !== undefined && started !== undefined && owner.started !== started;
}

/** The owner a lock file names; undefined where it names none. */
export function ownerFromJson(text: string): LockOwner | undefined {
  const json = attempt(() => JSON.parse(text) as Partial<LockOwner>);
  if (typeof json?.token !== 'string' || typeof json.host !== 'string') return undefined;
  return Number.isSafeInteger(json.pid) ? (json as LockOwner) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** Field 22 of /proc/<pid>/stat; the name before it is in brackets and may hold anything. A zombie has ended. */
function startOf(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : fields[19];
}

function attempt<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}
