import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { OutcomeBlock, TrialView } from '../../../src/trial/index.js';
import type { EvaluatorSample } from '../../../src/evaluators/index.js';
import { expectRejection } from '../../objective/expect-error.js';
import { temporaryFolder } from '../../objective/temporary-folder.js';
import { alphasOf, commandOf, linesOf, openPuppet, outcomesOf, SPEC } from './puppets.js';

const EVALUATOR = `evaluator ${JSON.stringify(process.execPath)}`;

async function blocksOf(sample: EvaluatorSample, trial: Partial<TrialView> = {}): Promise<OutcomeBlock[]> {
  const blocks: OutcomeBlock[] = [];
  const { signal } = new AbortController();
  const view = { number: 0, params: {}, alphas: alphasOf(3), ...trial };
  for await (const block of sample.objective.evaluate(view, { signal })) blocks.push(block);
  return blocks;
}

describe('openCommandEvaluator(options)', () => {
  it('gives the description, and says what happens', async () => {
    const puppet = await openPuppet({ banner: 'loading' }, { task: 'coarse' });
    expect(puppet.description).toMatchObject({
      model: { name: 'puppet' },
      latents: [{ name: 'a' }, { name: 'b' }],
    });
    await puppet.close();
    expect(puppet.events.filter(({ kind }) => kind !== 'stderr')).toEqual([
      { kind: 'started', pid: expect.any(Number) },
      { kind: 'described', description: puppet.description },
      { kind: 'closed' },
    ]);
    expect(puppet.events).toContainEqual({ kind: 'stderr', line: 'loading' });
  });

  it('sends the task, starts it in cwd, and adds env to the environment', async () => {
    const folder = realpathSync(await temporaryFolder());
    const script =
      'const{writeFileSync}=require("node:fs");' +
      'writeFileSync("seen.txt",[process.env.PUPPET_WORD,typeof process.env.PATH].join(" "));' +
      'process.argv.splice(1,0,"");import(process.argv[2]);process.argv.splice(2,1);';
    const [program = '', puppet = '', plan = ''] = commandOf({ log: join(folder, 'log') });
    await openPuppet(
      {},
      {
        command: [program, '-e', script.replace('process.argv[2]', JSON.stringify(puppet)), plan, plan],
        cwd: folder,
        env: { PUPPET_WORD: 'hello' },
        task: 'coarse',
      },
    );
    expect(linesOf(join(folder, 'log'))).toEqual(['start', 'describe coarse']);
    expect(linesOf(join(folder, 'seen.txt'))).toEqual(['hello string']);
  });

  it('passes arguments on as they are, with no shell in between', async () => {
    const folder = await temporaryFolder();
    const word = '; touch x $(touch x) && touch x';
    const command = commandOf({ banner: word });
    const puppet = await openPuppet({}, { command, cwd: folder });
    await puppet.close();
    expect(puppet.events).toContainEqual({ kind: 'stderr', line: word });
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('has the shell read the command where it is asked to', async () => {
    const folder = await temporaryFolder();
    const command = commandOf()
      .map((word) => `'${word}'`)
      .join(' ');
    await openPuppet({}, { command: [`touch x; exec ${command}`], shell: true, cwd: folder });
    expect(existsSync(join(folder, 'x'))).toBe(true);
  });

  it('is given up by its signal', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('Ctrl-C')), 100);
    await expect(openPuppet({ start: 'hang' }, { signal: controller.signal })).rejects.toThrow('Ctrl-C');
  });

  it.each([
    [{ command: [] }, 'command: expected a list of program and arguments, got an array of 0'],
    [{ command: ['a\0b'] }, 'command[0]: expected a text without NUL, got "a\\u0000b"'],
    [{ command: ['a', 'b'], shell: true }, 'command: expected one text for the shell, got an array of 2'],
    [{ silenceSeconds: 0 }, 'silenceSeconds: expected a number above 0 and at most 2000000, got 0'],
    [{ startSeconds: NaN }, 'startSeconds: expected a number above 0 and at most 2000000, got NaN'],
    [{ graceSeconds: Infinity }, 'graceSeconds: expected a number from 0 and at most 2000000, got Infinity'],
    [{ restarts: 1.5 }, 'restarts: expected an integer of at least 0, got 1.5'],
    [
      { backoff: { firstSeconds: 1, factor: 0.5, mostSeconds: 1 } },
      'backoff.factor: expected a number of at least 1, got 0.5',
    ],
  ])('refuses %j', async (options, message) => {
    await expectRejection(openPuppet({}, options), { code: 'E_CONFIG', message: `evaluator ${message}` });
  });
});

describe('openSample(spec)', () => {
  it('gives ids, labels and counts of the attack, under a name that follows model, specification and hash', async () => {
    const puppet = await openPuppet();
    const sample = await puppet.openSample(SPEC);
    expect(sample).toMatchObject({
      images: 12,
      labels: Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1),
      attack: { images: 12, cleanErrors: 1, successes: 2 },
    });
    expect(sample.ids?.[11]).toBe('image 11');
    expect(sample.name).toMatch(/^sample-[0-9a-f]{12}$/);
    const same = await puppet.openSample(
      Object.fromEntries(Object.entries(SPEC).reverse()) as unknown as typeof SPEC,
    );
    expect(same.name).toBe(sample.name);
    const fewer = await puppet.openSample({ ...SPEC, images: 11 });
    const other = await openPuppet({ sampled: { hash: `sha256:${'2'.repeat(64)}` } });
    const names = [sample.name, fewer.name, (await other.openSample(SPEC)).name];
    expect(new Set(names).size).toBe(3);
  });

  it('asks for nothing where the evaluator cannot sample: the first images of the set', async () => {
    const log = join(await temporaryFolder(), 'log');
    const puppet = await openPuppet({ log, say: { can: [] } });
    const sample = await puppet.openSample(SPEC);
    expect([sample.images, sample.labels, sample.ids, sample.attack]).toEqual([
      12,
      undefined,
      undefined,
      undefined,
    ]);
    expect(await sample.evaluate(alphasOf(3))).toEqual(outcomesOf(3));
    expect(linesOf(log)).toEqual(['start', 'describe', 'evaluate']);
  });
});

describe('EvaluatorSample.objective', () => {
  it('yields one block after the other, the last one shorter', async () => {
    const puppet = await openPuppet();
    const sample = await puppet.openSample(SPEC, { blockSize: 5 });
    expect(await blocksOf(sample)).toEqual(
      [0, 1, 2].map((block) => ({
        sample: sample.name,
        block,
        outcomes: outcomesOf(3, 5 * block, Math.min(12, 5 * block + 5)),
      })),
    );
  });

  it('leaves out blocks the trial already has, if they are of the same images', async () => {
    const puppet = await openPuppet();
    const sample = await puppet.openSample(SPEC, { blockSize: 5 });
    const reported = (await blocksOf(sample)).slice(0, 2);
    expect((await blocksOf(sample, { reported })).map(({ block }) => block)).toEqual([2]);
    const wider = await puppet.openSample(SPEC, { blockSize: 6 });
    expect((await blocksOf(wider, { reported })).map(({ block }) => block)).toEqual([0, 1]);
  });

  it('refuses α that are not as many as latents', async () => {
    const puppet = await openPuppet();
    const sample = await puppet.openSample(SPEC);
    await expectRejection(blocksOf(sample, { alphas: [0.1] }), {
      code: 'E_ALPHAS',
      message: `${EVALUATOR}: expected 2 alphas, got 1`,
    });
  });
});

describe('EvaluatorSample.evaluate(alphas)', () => {
  it('joins all blocks, in order, of the parts asked for', async () => {
    const puppet = await openPuppet();
    const sample = await puppet.openSample({ ...SPEC, parts: ['robust'] }, { blockSize: 5 });
    const { robust } = outcomesOf(3);
    expect(await sample.evaluate(alphasOf(3))).toEqual({ robust });
    expect(await sample.evaluate(alphasOf(3), { block: 7 })).toEqual({ robust });
  });

  it('of null is the classifier alone, or undefined where there is no such thing', async () => {
    const puppet = await openPuppet();
    expect(await (await puppet.openSample(SPEC)).evaluate(null)).toEqual(outcomesOf(5));
    const without = await openPuppet({ say: { can: ['sample'] } });
    expect(await (await without.openSample(SPEC)).evaluate(null)).toBeUndefined();
  });

  it('waits its turn: one request at a time, in the order of asking', async () => {
    const puppet = await openPuppet();
    const sample = await puppet.openSample(SPEC);
    const all = await Promise.all([4, 5, 6, 7].map((k) => sample.evaluate(alphasOf(k))));
    expect(all).toEqual([4, 5, 6, 7].map((k) => outcomesOf(k)));
  });
});

describe('progress', () => {
  it('puts off the time limit of silence, and is told to request and listener', async () => {
    const puppet = await openPuppet({ slow: { 9: 'chatty' } }, { silenceSeconds: 2 });
    const sample = await puppet.openSample(SPEC);
    const done: number[] = [];
    expect(await sample.evaluate(alphasOf(9), { onProgress: (now) => done.push(now.done) })).toEqual(
      outcomesOf(9),
    );
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(puppet.events.filter(({ kind }) => kind === 'progress')).toEqual(
      done.map((now) => ({ kind: 'progress', request: 'evaluate', done: now, of: 10 })),
    );
  });
});

describe('the signal of a request', () => {
  it.each(['cancels', 'result'])('has an evaluator that can cancel go on (%s)', async (behaviour) => {
    const log = join(await temporaryFolder(), 'log');
    const puppet = await openPuppet({ log, slow: { 9: behaviour } });
    const sample = await puppet.openSample(SPEC);
    const controller = new AbortController();
    const progress: unknown[] = [];
    const evaluating = sample.evaluate(alphasOf(9), {
      signal: controller.signal,
      onProgress: (now) => {
        progress.push(now);
        controller.abort(new Error('Ctrl-C'));
      },
    });
    await expect(evaluating).rejects.toThrow('Ctrl-C');
    expect(progress).toEqual([{ done: 1, of: 2, note: 'half way' }]);
    expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    expect(linesOf(log)).toEqual(['start', 'describe', 'sample', 'evaluate', 'cancel', 'evaluate']);
  });

  it.each([
    ['cannot cancel', { say: { can: ['sample'] } }, 10],
    ['does not within its grace', {}, 0.2],
  ])('kills one that %s; the next request starts another, without a wait', async (_, plan, graceSeconds) => {
    const puppet = await openPuppet(
      { ...plan, slow: { 9: 'deaf' } },
      { graceSeconds, backoff: { firstSeconds: 1000, factor: 1, mostSeconds: 1000 } },
    );
    const sample = await puppet.openSample(SPEC);
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('Ctrl-C'));
    await expect(sample.evaluate(alphasOf(9), { signal: controller.signal, onProgress })).rejects.toThrow(
      'Ctrl-C',
    );
    expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    expect(puppet.events.map(({ kind }) => kind)).not.toContain('fault');
    expect(puppet.events.filter(({ kind }) => kind === 'started')).toHaveLength(2);
  });

  it('after which the answer comes all the same is a second answer: another process answers the next request', async () => {
    const puppet = await openPuppet({ slow: { 9: 'late' } });
    const sample = await puppet.openSample(SPEC);
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('Ctrl-C'));
    await expect(sample.evaluate(alphasOf(9), { signal: controller.signal, onProgress })).rejects.toThrow(
      'Ctrl-C',
    );
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!puppet.events.some(({ kind }) => kind === 'fault')) return;
        clearInterval(look);
        resolve();
      }, 10);
    });
    expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    expect(puppet.events.filter((event) => event.kind === 'fault')).toMatchObject([
      { reason: 'second-answer', message: 'expected nothing more about request 3, got outcomes' },
    ]);
  });

  it('that was aborted before asks nothing', async () => {
    const log = join(await temporaryFolder(), 'log');
    const puppet = await openPuppet({ log });
    const sample = await puppet.openSample(SPEC);
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(sample.evaluate(alphasOf(2), { signal })).rejects.toThrow('Ctrl-C');
    expect(linesOf(log)).toEqual(['start', 'describe', 'sample']);
  });
});

describe('close()', () => {
  it('ends the input, and waits for the exit', async () => {
    const log = join(await temporaryFolder(), 'log');
    const puppet = await openPuppet({ log });
    await puppet.close();
    expect(linesOf(log)).toEqual(['start', 'describe', 'end']);
    await puppet.close();
    expect(puppet.events.filter(({ kind }) => kind === 'closed')).toHaveLength(1);
  });

  it('kills a process that goes on after the grace, with all it started', async () => {
    const marker = `3${String(process.pid).padStart(9, '0')}`;
    const command = commandOf({ stay: true })
      .map((word) => `'${word}'`)
      .join(' ');
    const puppet = await openPuppet(
      {},
      { command: [`sleep ${marker} & exec ${command}`], shell: true, graceSeconds: 0.2 },
    );
    const { pid = 0 } = puppet.events.find((event) => event.kind === 'started') ?? {};
    expect(() => process.kill(-pid, 0)).not.toThrow();
    await puppet.close();
    expect(groupMembers(pid)).toEqual([]);
  });

  it('gives the open request up, and answers no other', async () => {
    const puppet = await openPuppet({ slow: { 9: 'cancels' } });
    const sample = await puppet.openSample(SPEC);
    const closed = {
      code: 'E_EVALUATOR',
      message: `${EVALUATOR}: expected an open evaluator, got a closed one`,
    };
    const evaluating = expectRejection(
      sample.evaluate(alphasOf(9), { onProgress: () => void puppet.close() }),
      closed,
    );
    await evaluating;
    await expectRejection(sample.evaluate(alphasOf(1)), closed);
  });

  it('leaves no listener on a signal that lives on', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...all: Parameters<typeof add>) => {
      listeners++;
      add(...all);
    };
    signal.removeEventListener = (...all: Parameters<typeof remove>) => {
      listeners--;
      remove(...all);
    };
    const exits = process.listenerCount('exit');
    const puppet = await openPuppet({}, { signal });
    const sample = await puppet.openSample(SPEC, { signal });
    for (let k = 0; k < 5; k++) await sample.evaluate(alphasOf(k), { signal });
    await puppet.close();
    expect(listeners).toBe(0);
    expect(process.listenerCount('exit')).toBe(exits);
  });
});

/** Live processes of a group, where the system lists them. */
function groupMembers(group: number): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [state, , pgrp] = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return Number(pgrp) === group && state !== 'Z';
      } catch {
        return false;
      }
    });
}
