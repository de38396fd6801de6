import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openJournal } from '../../src/storage/index.js';
import { acquireLock } from '../../src/storage/lock.js';
import { currentOwner, isGone, type LockOwner } from '../../src/storage/lock-owner.js';
import { type CompiledSources, compileSources } from '../compiled-sources.js';
import { temporaryFolder } from '../objective/temporary-folder.js';
import { rejected, thrown } from '../objective/thrown.js';

const lockOf = (folder: string): string => join(folder, 'study.lock');
const write = (path: string, owner: LockOwner): void => writeFileSync(path, JSON.stringify(owner));

/** The id of a process that has ended. */
const deadPid = spawnSync(process.execPath, ['--version']).pid;
const here = currentOwner();
const dead = (token: string): LockOwner => ({ ...here, token, pid: deadPid, started: '1' });

describe('isGone(owner)', () => {
  const onLinux = existsSync('/proc/self/stat');

  it('is no for this process, and yes for one that ended', () => {
    expect(isGone(here, here)).toBe(false);
    expect(isGone(dead('x'), here)).toBe(true);
  });

  it('is yes where the id is used again by a process that started at another time, or the machine was booted since', () => {
    if (!onLinux) return;
    expect(isGone({ ...here, started: '1' }, here)).toBe(true);
    expect(isGone({ ...here, boot: 'another' }, here)).toBe(true);
  });

  it('is no where it cannot be judged from here: on another machine, in another container, without /proc', () => {
    expect(isGone({ ...dead('x'), host: 'elsewhere' }, here)).toBe(false);
    if (onLinux) expect(isGone({ ...dead('x'), namespace: 'another' }, here)).toBe(false);
    const { token, pid, host } = here;
    expect(isGone({ token, pid, host }, { token, pid, host })).toBe(false);
  });
});

describe('acquireLock(folder)', () => {
  it('names the process that holds it, and lets the next in when it is released', async () => {
    const folder = await temporaryFolder();
    const lock = acquireLock(folder);
    expect(lock.takenFrom).toBeUndefined();
    expect(thrown(() => acquireLock(folder))).toEqual([
      'E_LOCKED',
      `${lockOf(folder)}: expected no other writer, got this process`,
    ]);
    lock.release();
    lock.release();
    acquireLock(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over from a dead owner and leaves nothing of it', async () => {
    const folder = await temporaryFolder();
    write(lockOf(folder), dead('old'));
    const lock = acquireLock(folder);
    expect(lock.takenFrom?.token).toBe('old');
    expect(readdirSync(folder)).toEqual(['study.lock']);
    expect((JSON.parse(readFileSync(lockOf(folder), 'utf8')) as LockOwner).token).toBe(lock.token);
    lock.release();
  });

  it('takes over from processes that died while taking over', async () => {
    const folder = await temporaryFolder();
    write(lockOf(folder), dead('first'));
    write(`${lockOf(folder)}.after-first`, dead('second'));
    write(`${lockOf(folder)}.after-second`, dead('third'));
    write(`${lockOf(folder)}.third`, dead('third'));
    const lock = acquireLock(folder);
    expect(lock.takenFrom?.token).toBe('third');
    expect(readdirSync(folder)).toEqual(['study.lock']);
    lock.release();
  });

  it('leaves a living process its take-over', async () => {
    const folder = await temporaryFolder();
    write(lockOf(folder), dead('first'));
    write(`${lockOf(folder)}.after-first`, { ...here, token: 'busy' });
    expect(thrown(() => acquireLock(folder))[0]).toBe('E_LOCKED');
    expect(readdirSync(folder).sort()).toEqual(['study.lock', 'study.lock.after-first']);
  });

  it('refuses a lock it cannot read, or of another machine, and says what to delete', async () => {
    const folder = await temporaryFolder();
    writeFileSync(lockOf(folder), 'not a lock');
    expect(thrown(() => acquireLock(folder))).toEqual([
      'E_LOCKED',
      `${lockOf(folder)}: expected a lock that names its owner, got other content`,
    ]);
    write(lockOf(folder), { ...dead('x'), host: 'elsewhere' });
    let hint = '';
    try {
      acquireLock(folder);
    } catch (error) {
      hint = (error as { hint: string }).hint;
    }
    expect(hint).toBe(
      `wait until it has ended; if it has, but on another machine or in another container, delete ${lockOf(folder)}`,
    );
  });

  it('releases only what is its own', async () => {
    const folder = await temporaryFolder();
    const lock = acquireLock(folder);
    write(lockOf(folder), { ...here, token: 'other' });
    lock.release();
    expect(existsSync(lockOf(folder))).toBe(true);
  });

  it('is not there in a folder that cannot be written', async () => {
    const folder = join(await temporaryFolder(), 'absent');
    expect(thrown(() => acquireLock(folder))).toEqual([
      'E_STORAGE',
      `${folder}: expected a folder to write the lock in, got no such file or folder`,
    ]);
  });
});

describe('two writers', () => {
  let sources: CompiledSources;
  beforeAll(() => {
    sources = compileSources('lock');
  });
  afterAll(() => sources.remove());

  it('are one: a second process is refused while the first lives, and let in, warned, when it was killed', async () => {
    const folder = await temporaryFolder();
    const script = join(sources.folder, 'hold.mjs');
    writeFileSync(
      script,
      `import { openJournal } from './storage/index.js';
       await openJournal(process.argv[2]);
       console.log('open');
       setInterval(() => {}, 1000);`,
    );
    const holder = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    expect(await rejected(openJournal(folder))).toEqual([
      'E_LOCKED',
      `${lockOf(folder)}: expected no other writer, got process ${holder.pid} on ${hostname()}`,
    ]);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const storage = await openJournal(folder);
    expect(storage.warnings).toEqual([
      {
        kind: 'stale-lock',
        message:
          `${join(folder, 'study.jsonl')}: took over from process ${holder.pid} on ${hostname()}, ` +
          'which ended without closing the study',
      },
    ]);
    await storage.close();
  });

  it('are never let in together by a dead lock, however they race', async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(sources.folder, 'racer.mjs'), RACER);
    writeFileSync(join(sources.folder, 'race.mjs'), RACE);
    const owner = JSON.stringify(dead('old'));
    const race = spawnSync(process.execPath, [join(sources.folder, 'race.mjs'), folder, owner], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(race.stderr).toBe('');
    const entered = JSON.parse(race.stdout) as number[];
    expect(entered).toEqual(Array.from({ length: 60 }, () => 1));
  });
});

/** Each round leaves a dead lock, every third with a dead claim, every third with a claim on another lock. */
const RACE = `
import { linkSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
const [folder, owner] = process.argv.slice(2);
const lock = folder + '/study.lock';
const dead = (token) => JSON.stringify({ ...JSON.parse(owner), token });
const [racers, rounds] = [4, 60];
const shared = new Int32Array(new SharedArrayBuffer(8));
const workerData = { shared, folder, rounds, racers };
const workers = Array.from({ length: racers }, () => new Worker(new URL('racer.mjs', import.meta.url), { workerData }));
const entered = Array.from({ length: rounds }, () => 0);
for (const worker of workers) worker.on('message', (round) => entered[round]++);
const exits = workers.map((worker) => new Promise((done) => worker.on('exit', done)));
for (let round = 0; round < rounds; round++) {
  writeFileSync(lock, dead('old-' + round));
  if (round % 3 === 0) writeFileSync(lock + '.after-old-' + round, dead('claim-' + round));
  if (round % 3 === 1) linkSync(lock, lock + '.after-old-' + (round - 1));
  Atomics.store(shared, 1, 0);
  Atomics.store(shared, 0, round + 1);
  Atomics.notify(shared, 0);
  while (Atomics.load(shared, 1) < 2 * racers) await new Promise((done) => setTimeout(done, 1));
}
await Promise.all(exits);
console.log(JSON.stringify(entered));
`;

/** All try before anyone lets go, and all have let go before the next round. */
const RACER = `
import { parentPort, workerData } from 'node:worker_threads';
import { acquireLock } from './storage/lock.js';
const { shared, folder, rounds, racers } = workerData;
for (let round = 0; round < rounds; round++) {
  Atomics.wait(shared, 0, round);
  let lock;
  try {
    lock = acquireLock(folder);
    parentPort.postMessage(round);
  } catch (error) {
    if (error.code !== 'E_LOCKED') throw error;
  }
  Atomics.add(shared, 1, 1);
  while (Atomics.load(shared, 1) < racers);
  lock?.release();
  Atomics.add(shared, 1, 1);
}
`;
