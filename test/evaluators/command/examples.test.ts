import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ImageOutcomes } from '../../../src/trial/index.js';
import { openPuppet, SPEC } from './puppets.js';

const exampleAt = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/evaluators/${name}`, import.meta.url));

const PYTHON = ['python3', exampleAt('toy_evaluator.py')];
const NODE = [process.execPath, exampleAt('toy-evaluator.mjs')];
const WIDE = { ...SPEC, images: 200 };
const BEST = [0.7, 0.2, 0.5];

const share = (bits = ''): number => [...bits].filter((bit) => bit === '1').length / bits.length;

/** What every evaluator owes: the same outcomes in another process, in other blocks and in another order. */
async function holdToDuties(command: readonly string[]): Promise<ImageOutcomes> {
  const first = await (await openPuppet({}, { command })).openSample(WIDE);
  const second = await (await openPuppet({}, { command })).openSample(WIDE, { blockSize: 37 });
  expect(second.name).toBe(first.name);
  const points = [BEST, [0, 0, 0], [1, 1, 1]];
  const outcomes = [];
  for (const alphas of points) outcomes.push(await first.evaluate(alphas));
  for (const [i, alphas] of [...points.entries()].reverse()) {
    expect(await second.evaluate(alphas)).toEqual(outcomes[i]);
  }
  const [best = {}, keep] = outcomes;
  expect(share(best.clean)).toBe(1);
  expect(share(keep?.clean)).toBeLessThan(0.5);
  return best;
}

const python = spawnSync('python3', ['--version']).status === 0;
const withPython = python ? it : it.skip;

describe('examples/evaluators', () => {
  withPython(
    `toy_evaluator.py judges alike in every process${python ? '' : ' (skipped: no python3 here)'}`,
    async () => {
      expect(share((await holdToDuties(PYTHON)).robust)).toBeCloseTo(0.8, 1);
    },
  );

  withPython('toy_evaluator.py judges the held-out set too, and no classifier alone', async () => {
    const evaluator = await openPuppet({}, { command: PYTHON });
    const sample = await evaluator.openSample({ ...WIDE, set: 'heldOut' });
    expect(await sample.evaluate(null)).toBeUndefined();
    expect(await sample.evaluate(BEST)).toMatchObject({ clean: '1'.repeat(200) });
  });

  it('toy-evaluator.mjs judges alike in every process', async () => {
    await holdToDuties(NODE);
  });

  it('toy-evaluator.mjs knows samples, progress, cancel and no defence', async () => {
    const evaluator = await openPuppet({}, { command: NODE });
    const sample = await evaluator.openSample(WIDE);
    expect(new Set(sample.labels)).toEqual(new Set([0, 1]));
    expect(share((await sample.evaluate(null))?.robust)).toBeLessThan(0.3);
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('Ctrl-C'));
    await expect(sample.evaluate(BEST, { signal: controller.signal, onProgress })).rejects.toThrow('Ctrl-C');
    expect(await sample.evaluate(BEST)).toMatchObject({ clean: '1'.repeat(200) });
    expect(evaluator.events.filter(({ kind }) => kind === 'started')).toHaveLength(1);
  });
});
