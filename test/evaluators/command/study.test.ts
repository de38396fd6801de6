import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alphaSpace } from '../../../src/space/index.js';
import { createMemoryStorage } from '../../../src/storage/index.js';
import { measurementOf } from '../../../src/trial/index.js';
import { temporaryFolder } from '../../objective/temporary-folder.js';
import { openStudy, reopen } from '../../study/open.js';
import { alphasOf, linesOf, openPuppet, outcomesOf, SPEC } from './puppets.js';

const EVALUATIONS = 260;
const BLOCK = 6;

/** Faults that take no longer than a process takes to start, with what the reason of the trial says. */
const QUICK_FAULTS: readonly (readonly [kind: string, reason: string])[] = [
  ['exit3', 'exit with code 3'],
  ['exit0', 'exit with code 0'],
  ['sigkill', 'its end by SIGKILL'],
  ['half', 'exit with code 1 in the middle of a line'],
  ['garbage', 'expected a line of JSON, got "Epoch 1/10: loss nan"'],
  ['nan', 'expected a line of JSON'],
  ['array', 'expected a JSON object, got an array of 2'],
  ['not-utf8', 'expected a line in UTF-8, got other bytes'],
  ['flood', 'expected a line of at most 100000 bytes, got a longer one'],
  ['short-bits', 'outcomes.clean: expected 6 bits, one an image of the block, got 5'],
  ['missing-part', 'outcomes.robust: expected 6 bits, got none'],
  ['odd-bits', 'outcomes.clean: expected a text of 0 and 1'],
  ['wrong-id', 'outcomes.id: expected'],
  ['old-id', 'expected nothing more about request'],
  ['wrong-kind', 'expected outcomes or error, got cancelled'],
  ['unknown-kind', 'kind: expected one of description, sampled, outcomes'],
  ['version', 'description.protocol: expected 1, got 2'],
];
const ERROR = ['error', 'got the error "no memory left"'] as const;
const SLOW_FAULTS = [
  ['hang', 'expected a message within 3 s, got none'],
  ['stdout-closed', 'expected its standard output to be open'],
  ['stderr-flood', 'exit with code 7'],
] as const;

interface PlannedFault {
  readonly kind: string;
  readonly reason: string;
  /** Block of the trial in which it comes. */
  readonly block: number;
}

/** Four of five trials fail, every other of them by an error message; slow faults come twice each. */
function planFaults(): Map<number, PlannedFault> {
  const planned = new Map<number, PlannedFault>();
  for (let trial = 0; trial < EVALUATIONS; trial++) {
    if (trial % 5 === 0) continue;
    const n = planned.size;
    const half = n >> 1;
    const [kind, reason] =
      n % 2 === 1 ? ERROR : (SLOW_FAULTS[half % 60] ?? QUICK_FAULTS[half % QUICK_FAULTS.length] ?? ERROR);
    planned.set(trial, { kind, reason, block: half % 2 });
  }
  return planned;
}

/** Processes, other than this one, whose command line holds a word. */
function processesWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
      } catch {
        return false; // ended meanwhile
      }
    });
}

const openFiles = (): number => readdirSync('/proc/self/fd').length;
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('a study over an evaluator that breaks in 208 of 260 trials, in 21 ways', () => {
  onLinux(
    'ends every trial once, with its outcome or its reason, and leaves nothing behind',
    async () => {
      const log = join(await temporaryFolder(), 'log');
      const filesBefore = openFiles();
      const planned = planFaults();
      expect(planned.size).toBe(208);
      expect(new Set([...planned.values()].map(({ kind }) => kind)).size).toBe(21);
      const puppet = await openPuppet(
        { log, faults: Object.fromEntries(planned) },
        { maxLineBytes: 100_000, silenceSeconds: 3 },
      );
      const sample = await puppet.openSample(SPEC, { blockSize: BLOCK });

      const storage = createMemoryStorage();
      const study = await openStudy({ space: alphaSpace(2, { seeds: false }), policy: 'history' }, storage);
      await study.enqueue(Array.from({ length: EVALUATIONS }, (_, k) => alphasOf(k)));
      const result = await study.optimize(sample.objective, { evaluations: EVALUATIONS });
      expect(result).toMatchObject({ reason: 'evaluations', evaluations: EVALUATIONS });

      const records = storage.read();
      const told = records.flatMap((record) => (record.kind === 'tell' ? [record.trial] : []));
      expect(told).toEqual(Array.from({ length: EVALUATIONS }, (_, k) => k));
      for (const { number, state, outcome, reported } of study.trials) {
        const fault = planned.get(number);
        const blocks = [0, 1].slice(0, fault?.block ?? 2).map((block) => ({
          sample: sample.name,
          block,
          outcomes: outcomesOf(number, block * BLOCK, (block + 1) * BLOCK),
        }));
        expect(reported).toEqual(blocks);
        if (fault === undefined) {
          expect(outcome).toEqual(measurementOf(blocks, study.header.weights));
          continue;
        }
        expect(state).toBe('failed');
        const { failed } = outcome as { failed: string };
        expect(failed).toContain(fault.reason);
        expect(failed).toContain(
          fault.kind === 'stderr-flood'
            ? 'the last words'
            : `fault ${fault.kind} at evaluate ${number / 1000}`,
        );
      }

      const again = await reopen(records);
      expect(again.trials).toEqual(study.trials);
      // one evaluation a good block or fault, none asked twice
      const lines = linesOf(log);
      const blocks = records.filter(({ kind }) => kind === 'report').length;
      expect(lines.filter((line) => line === 'evaluate')).toHaveLength(blocks + planned.size);
      const errors = [...planned.values()].filter(({ kind }) => kind === 'error').length;
      // the last trial breaks the process, and nobody needs another
      expect(lines.filter((line) => line === 'start')).toHaveLength(
        planned.size - errors + 1 - lastBreaks(planned),
      );

      await puppet.close();
      expect(processesWith(log)).toEqual([]);
      expect(openFiles()).toBeLessThanOrEqual(filesBefore);
    },
    240_000,
  );

  it('stops with the evaluator’s error when it is gone for good, and gives up no trial', async () => {
    const folder = await temporaryFolder();
    const log = join(folder, 'log');
    const dead = { start: 'exit3', banner: 'CUDA error: no device' };
    const puppet = await openPuppet(
      { log, faults: { 2: { kind: 'exit0' } }, lifeOf: [{}, ...Array.from({ length: 9 }, () => dead)] },
      { restarts: 3 },
    );
    const sample = await puppet.openSample(SPEC);
    const storage = createMemoryStorage();
    const study = await openStudy({}, storage);
    await study.enqueue(Array.from({ length: 20 }, (_, k) => alphasOf(k)));
    await expect(study.optimize(sample.objective, { evaluations: 20 })).rejects.toMatchObject({
      name: 'EvaluatorGoneError',
      code: 'E_EVALUATOR',
      message:
        `evaluator ${JSON.stringify(process.execPath)}: expected a good answer within 3 restarts in a row, ` +
        'got none; expected it to go on, got exit with code 3\n' +
        'last lines of its standard error:\n  CUDA error: no device',
    });
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'failed', 'running']);
    // mended, and the trial that was running is handed out again
    const mended = await openPuppet();
    const same = await mended.openSample(SPEC);
    const again = await reopen(storage.read());
    await again.optimize(same.objective, { evaluations: 5 });
    expect(again.trials.map(({ state }) => state)).toEqual([
      ...['complete', 'complete', 'failed', 'complete', 'complete'],
    ]);
    expect(again.trials[3]?.alphas).toEqual(alphasOf(3));
  });
});

function lastBreaks(planned: ReadonlyMap<number, PlannedFault>): number {
  const last = planned.get(EVALUATIONS - 1);
  return last === undefined || last.kind === 'error' ? 0 : 1;
}
