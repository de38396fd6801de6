/**
 * One writer a folder: a lock file that comes into being with its content in one step, and a way to take over from a
 * dead owner that lets exactly one process through.
 *
 * Acquire: write a file of one's own, then `link` it to `study.lock`, which fails if that exists.
 * Take over from a dead owner S: link one's own file to `study.lock.after-<token of S>` (at most one can), make sure
 * that the lock still names S, then rename one's own file over the lock. Nothing is unlinked before the new lock stands,
 * so no slow rival can remove a lock it has not judged; a rival that claims late, after the claims were swept away,
 * sees that the lock names S no more and starts again. If the claimant died halfway, its claim names the next owner
 * to judge, and so on along the chain.
 */
import {
  linkSync,
  openSync,
  closeSync,
  fsyncSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import { BoSearchError } from '../errors.js';
import { currentOwner, isGone, type LockOwner, ownerFromJson } from './lock-owner.js';
import { errorCode, storageError } from './storage-error.js';

/** Name of the lock in the folder of its journal; claims and files in preparation begin with it too. */
export const LOCK_FILE = 'study.lock';

/** How often to look again when the lock changes under our eyes. */
const MAX_ROUNDS = 20;

/** A lock that is held. */
export interface Lock {
  readonly token: string;
  /** The dead owner it was taken over from, where there was one. */
  readonly takenFrom: LockOwner | undefined;
  /** Lets go; a second call does nothing. */
  release(): void;
}

/**
 * Takes the lock of a folder, from a dead owner if need be.
 * @throws E_LOCKED if a living process (or one that cannot be judged from here) holds it; E_STORAGE if the folder
 *   cannot be written.
 */
export function acquireLock(folder: string): Lock {
  const me = currentOwner();
  const lock = join(folder, LOCK_FILE);
  const mine = `${lock}.${me.token}`;
  try {
    writeOwner(mine, me);
  } catch (error) {
    throw storageError(`${folder}: expected a folder to write the lock in`, error);
  }
  try {
    return { token: me.token, ...enter(lock, mine, me), release: () => release(lock, me) };
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Tries until the lock is ours or someone alive has it. */
function enter(lock: string, mine: string, me: LockOwner): { takenFrom: LockOwner | undefined } {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (placeNew(mine, lock, me)) return { takenFrom: undefined };
    const holder = readOwner(lock);
    if (holder === 'absent') continue;
    if (holder === 'unreadable') throw unreadable(lock);
    const last = lastOfChain(lock, holder);
    if (!isGone(last, me)) throw locked(lock, last, me);
    if (takeOver(lock, mine, holder, last, me)) {
      sweep(lock, me);
      return { takenFrom: last };
    }
  }
  throw new BoSearchError('E_LOCKED', `${lock}: expected to get hold of it, got ${MAX_ROUNDS} rivals first`, {
    hint: 'try again',
  });
}

/** From the owner a lock names along the claims of those who died while taking over. */
function lastOfChain(lock: string, holder: LockOwner): LockOwner {
  let last = holder;
  for (;;) {
    const next = readOwner(claimOf(lock, last));
    if (typeof next === 'string') return last;
    last = next;
  }
}

function takeOver(lock: string, mine: string, holder: LockOwner, last: LockOwner, me: LockOwner): boolean {
  const claim = claimOf(lock, last);
  if (!placeNew(mine, claim, me)) return false;
  const now = readOwner(lock);
  if (typeof now === 'string' || now.token !== holder.token) {
    rmSync(claim, { force: true });
    return false;
  }
  renameSync(mine, lock);
  return true;
}

/** Puts our content at `path` if nothing is there; one step where the file system has links. */
function placeNew(mine: string, path: string, me: LockOwner): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
  }
  try {
    writeOwner(path, me);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw storageError(`${path}: expected to write the lock`, error);
  }
}

function writeOwner(path: string, owner: LockOwner): void {
  const file = openSync(path, 'wx');
  try {
    writeSync(file, `${JSON.stringify(owner)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readOwner(path: string): LockOwner | 'absent' | 'unreadable' {
  try {
    return ownerFromJson(readFileSync(path, 'utf8')) ?? 'unreadable';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'absent';
    throw storageError(`${path}: expected to read the lock`, error);
  }
}

function claimOf(lock: string, owner: LockOwner): string {
  return `${lock}.after-${owner.token}`;
}

/** Removes what dead processes left beside the lock, which is ours now: no claim on an earlier owner counts any more. */
function sweep(lock: string, me: LockOwner): void {
  const folder = join(lock, '..');
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${LOCK_FILE}.`)) continue;
    const owner = readOwner(join(folder, name));
    if (typeof owner === 'string') continue;
    if (owner.token === me.token || isGone(owner, me)) rmSync(join(folder, name), { force: true });
  }
}

/** Only our own lock: if somebody removed it by hand and another process took it, theirs stays. */
function release(lock: string, me: LockOwner): void {
  const holder = readOwner(lock);
  if (typeof holder !== 'string' && holder.token === me.token) rmSync(lock, { force: true });
}

function locked(lock: string, owner: LockOwner, me: LockOwner): BoSearchError {
  const ours = owner.pid === me.pid && owner.host === me.host;
  return new BoSearchError(
    'E_LOCKED',
    `${lock}: expected no other writer, got ${ours ? 'this process' : `process ${owner.pid} on ${owner.host}`}`,
    {
      hint: ours
        ? 'close the study that is open on this folder first'
        : `wait until it has ended; if it has, but on another machine or in another container, delete ${lock}`,
    },
  );
}

function unreadable(lock: string): BoSearchError {
  return new BoSearchError('E_LOCKED', `${lock}: expected a lock that names its owner, got other content`, {
    hint: `if no other process works in this folder, delete ${lock}`,
  });
}
