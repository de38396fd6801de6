import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomStream, type RandomStream } from '../../src/math/index.js';
import { readJournal } from '../../src/storage/index.js';
import { type CompiledSources, compileSources } from '../compiled-sources.js';
import { temporaryFolder } from '../objective/temporary-folder.js';
import { CHILD, type ChildTask, type Death } from './sigkill-child.js';

let sources: CompiledSources;
beforeAll(() => {
  sources = compileSources('sigkill');
  writeFileSync(join(sources.folder, 'child.mjs'), CHILD);
});
afterAll(() => sources.remove());

function start(task: ChildTask): ChildProcess {
  return spawn(process.execPath, [join(sources.folder, 'child.mjs'), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Lets a session run to its end or its death. @returns whether it was killed. */
async function isKilled(child: ChildProcess): Promise<boolean> {
  let said = '';
  child.stderr?.on('data', (text) => (said += String(text)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return true;
  expect([code, said]).toEqual([0, '']);
  return false;
}

/** All that is the study's own: points, origins, memos, blocks, decisions, outcomes; not who worked on it. */
function lifeOf(folder: string): string[] {
  let journal;
  try {
    journal = readJournal(folder);
  } catch (error) {
    // killed before the header was whole
    expect((error as Error).message).toMatch(
      /expected (a header, got an empty journal|a journal, got no such file or folder)$/,
    );
    return [];
  }
  return journal.records
    .filter(({ kind }) => kind !== 'session' && kind !== 'handover')
    .map((record) => JSON.stringify({ ...record, owner: undefined }));
}

function anyDeath(stream: RandomStream, policy: string): Death {
  const after = 1 + stream.integer(3);
  switch (stream.integer(3)) {
    case 0:
      return { kind: 'append', after: 3 + stream.integer(8), share: stream.integer(5) / 4 };
    case 1:
      return { kind: 'evaluation', after, block: stream.integer(3) };
    default:
      return { kind: 'suggestion', after, depth: policy === 'bayes' ? 1 + stream.integer(3000) : 1e9 };
  }
}

/** What one study went through. */
interface Ordeal {
  readonly task: ChildTask;
  /** Its life without any interruption. */
  readonly whole: readonly string[];
  kills: number;
}

async function begin(policy: string, seed: number, evaluations: number): Promise<Ordeal> {
  const task = { policy, seed, evaluations };
  const reference = await temporaryFolder();
  expect(await isKilled(start({ ...task, folder: reference }))).toBe(false);
  const folder = await temporaryFolder();
  return { task: { ...task, folder }, whole: lifeOf(reference), kills: 0 };
}

/** One session. @returns whether it was killed; then its journal is a part of the whole, up to a record. */
async function suffer(ordeal: Ordeal, kill: (child: ChildProcess) => void, death?: Death): Promise<boolean> {
  const child = start(death === undefined ? ordeal.task : { ...ordeal.task, death });
  kill(child);
  if (!(await isKilled(child))) return false;
  ordeal.kills++;
  const life = lifeOf(ordeal.task.folder);
  expect(life).toEqual(ordeal.whole.slice(0, life.length));
  return true;
}

async function finish({ task, whole, kills }: Ordeal): Promise<number> {
  expect(await isKilled(start(task))).toBe(false);
  expect(lifeOf(task.folder)).toEqual(whole);
  return kills;
}

const byItself = (): void => undefined;

/** Dies where it is told to: ten times, in its first two appends too. */
async function dieByPlan(policy: string, seed: number): Promise<number> {
  const ordeal = await begin(policy, seed, 30);
  const stream = randomStream(seed, policy, 'deaths');
  const first: Death[] = [1, 2].map((after) => ({ kind: 'append', after, share: stream.uniform() }));
  const deaths = [...first, ...Array.from({ length: 8 }, () => anyDeath(stream, policy))];
  for (const death of deaths) expect(await suffer(ordeal, byItself, death)).toBe(true);
  return finish(ordeal);
}

/** Dies when the clock says so, while it works: at most ten times. */
async function dieByClock(policy: string, seed: number, evaluations: number): Promise<number> {
  const ordeal = await begin(policy, seed, evaluations);
  const stream = randomStream(seed, policy, 'clock');
  const kill = (child: ChildProcess): void => {
    const delay = 100 * stream.uniform();
    child.stdout?.once('data', () => setTimeout(() => child.kill('SIGKILL'), delay));
  };
  while (ordeal.kills < 10 && (await suffer(ordeal, kill)));
  return finish(ordeal);
}

/** As many studies as it takes to be killed ten times. */
async function tenByClock(policy: string, evaluations: number): Promise<number> {
  let kills = 0;
  for (let seed = 1; kills < 10; seed++) kills += await dieByClock(policy, seed, evaluations);
  return kills;
}

/** Two processes at once, on machines that may have more to do. */
const PATIENCE = 240_000;

describe('a study killed at any moment and resumed is, bit for bit, the one that was never interrupted', () => {
  it(
    'after 30 kills inside appends, evaluations and suggestions',
    async () => {
      const small = dieByPlan('random', 1).then(async (kills) => kills + (await dieByPlan('sobol', 2)));
      expect(await Promise.all([small, dieByPlan('bayes', 2)])).toEqual([20, 10]);
    },
    PATIENCE,
  );

  it(
    'after at least 20 kills at moments nobody chose',
    async () => {
      const kills = await Promise.all([tenByClock('bayes', 25), tenByClock('sobol', 60)]);
      expect(kills[0] + kills[1]).toBeGreaterThanOrEqual(20);
    },
    PATIENCE,
  );
});
