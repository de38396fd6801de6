import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectRejection } from '../../objective/expect-error.js';
import { temporaryFolder } from '../../objective/temporary-folder.js';
import { alphasOf, linesOf, openPuppet, outcomesOf, QUICK, SPEC } from './puppets.js';

const PUPPET_PATH = fileURLToPath(new URL('puppet.mjs', import.meta.url));
const EVALUATOR = `evaluator ${JSON.stringify(process.execPath)}`;
const tail = (...lines: string[]): string => ['\nlast lines of its standard error:', ...lines].join('\n  ');

describe('restarts', () => {
  it('wait longer each time, and give up after so many in a row without a good answer', async () => {
    const log = join(await temporaryFolder(), 'log');
    const puppet = await openPuppet(
      { log, faults: { 1: { kind: 'exit3' } } },
      { restarts: 3, backoff: { firstSeconds: 0.01, factor: 3, mostSeconds: 0.05 } },
    );
    const sample = await puppet.openSample(SPEC);
    for (let i = 0; i < 4; i++) {
      await expectRejection(sample.evaluate(alphasOf(1)), { code: 'E_EVALUATOR', message: /code 3\n/ });
    }
    for (let i = 0; i < 2; i++) {
      await expectRejection(sample.evaluate(alphasOf(2)), {
        code: 'E_EVALUATOR',
        message:
          `${EVALUATOR}: expected a good answer within 3 restarts in a row, got none; ` +
          'expected it to go on, got exit with code 3' +
          tail('fault exit3 at evaluate 0.001'),
      });
    }
    expect(puppet.events.filter((event) => event.kind === 'restarting')).toEqual([
      { kind: 'restarting', inSeconds: 0.01, attempt: 1 },
      { kind: 'restarting', inSeconds: 0.03, attempt: 2 },
      { kind: 'restarting', inSeconds: 0.05, attempt: 3 },
    ]);
    expect(linesOf(log).filter((line) => line === 'start')).toHaveLength(4);
  });

  it.each([
    [0, 'good answers from the first process, with restarts: 0, got a fault'],
    [1, 'a good answer within one restart, got none'],
  ])('say how many there may be: %i', async (restarts, expectation) => {
    const puppet = await openPuppet({ faults: { 1: { kind: 'exit3' } } }, { restarts });
    const sample = await puppet.openSample(SPEC);
    for (let i = 0; i <= restarts; i++) {
      await expectRejection(sample.evaluate(alphasOf(1)), { code: 'E_EVALUATOR', message: /code 3\n/ });
    }
    await expectRejection(sample.evaluate(alphasOf(1)), {
      code: 'E_EVALUATOR',
      message:
        `${EVALUATOR}: expected ${expectation}; expected it to go on, got exit with code 3` +
        tail('fault exit3 at evaluate 0.001'),
    });
  });

  it('are counted anew after a good answer', async () => {
    const puppet = await openPuppet({ faults: { 1: { kind: 'exit3' } } }, { restarts: 1 });
    const sample = await puppet.openSample(SPEC);
    for (let i = 0; i < 3; i++) {
      await expectRejection(sample.evaluate(alphasOf(1)), { code: 'E_EVALUATOR', message: /code 3\n/ });
      expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    }
    expect(puppet.events.filter((event) => event.kind === 'restarting')).toEqual(
      [1, 1, 1].map((attempt) => ({ kind: 'restarting', inSeconds: 0.001, attempt })),
    );
  });

  it('make the sample again in the new process, before it judges', async () => {
    const log = join(await temporaryFolder(), 'log');
    const puppet = await openPuppet({ log, faults: { 1: { kind: 'exit0' } } });
    const sample = await puppet.openSample(SPEC);
    await expectRejection(sample.evaluate(alphasOf(1)), { code: 'E_EVALUATOR', message: /code 0\n/ });
    expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    expect(linesOf(log)).toEqual([
      ...['start', 'describe', 'sample', 'evaluate'],
      ...['start', 'describe', 'sample', 'evaluate'],
    ]);
  });

  it('that fail by themselves are tried again under the same request', async () => {
    const log = join(await temporaryFolder(), 'log');
    // the second process dies at once, the third at describe, the fourth at sample
    const puppet = await openPuppet({
      log,
      faults: { 1: { kind: 'exit0' } },
      lifeOf: [{}, { start: 'exit3' }, { describe: 'error' }, { sample: 'error' }],
    });
    const sample = await puppet.openSample(SPEC);
    await expectRejection(sample.evaluate(alphasOf(1)), { code: 'E_EVALUATOR', message: /code 0\n/ });
    expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    expect(puppet.events.flatMap((event) => (event.kind === 'fault' ? [event.reason] : []))).toEqual([
      'exit',
      'exit',
      'refused',
      'refused',
    ]);
    expect(linesOf(log).filter((line) => line === 'start')).toHaveLength(5);
    expect(linesOf(log).filter((line) => line === 'evaluate')).toHaveLength(2);
  });

  it('must give the same description', async () => {
    const puppet = await openPuppet(
      {},
      {
        shell: true,
        command: [
          // each start is another model
          `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(PUPPET_PATH)} ` +
            `"{\\"faults\\":{\\"1\\":{\\"kind\\":\\"exit0\\"}},\\"say\\":{\\"model\\":{\\"name\\":\\"m\\",` +
            `\\"hash\\":\\"sha256:$(printf '%064d' $$)\\"}}}"`,
        ],
      },
    );
    const sample = await puppet.openSample(SPEC);
    await expectRejection(sample.evaluate(alphasOf(1)), { code: 'E_EVALUATOR', message: /code 0\n/ });
    for (let i = 0; i < 2; i++) {
      await expectRejection(sample.evaluate(alphasOf(2)), {
        code: 'E_EVALUATOR',
        message:
          /: describe after a restart: description\.model: expected \{"hash":"sha256:\d+","name":"m"\} as before, got \{"hash":"sha256:\d+","name":"m"\}$/,
      });
    }
    expect(puppet.events.filter((event) => event.kind === 'restarting')).toHaveLength(1);
  });

  it('must make the same sample', async () => {
    const folder = await temporaryFolder();
    const hashes = ['3', '4'].map((digit) => `sha256:${digit.repeat(64)}`);
    const puppet = await openPuppet({
      log: join(folder, 'log'),
      hashes,
      faults: { 1: { kind: 'exit0' } },
    });
    const sample = await puppet.openSample(SPEC);
    await expectRejection(sample.evaluate(alphasOf(1)), { code: 'E_EVALUATOR', message: /code 0\n/ });
    await expectRejection(sample.evaluate(alphasOf(2)), {
      code: 'E_EVALUATOR',
      message:
        `${EVALUATOR}: sample of search after a restart: ` +
        `sampled.hash: expected ${hashes[0]} as before, got ${hashes[1]}`,
    });
  });

  it('are ended by the signal while they wait', async () => {
    const puppet = await openPuppet(
      { faults: { 1: { kind: 'exit0' } } },
      { ...QUICK, backoff: { firstSeconds: 1000, factor: 1, mostSeconds: 1000 } },
    );
    const sample = await puppet.openSample(SPEC);
    await expectRejection(sample.evaluate(alphasOf(1)), { code: 'E_EVALUATOR', message: /code 0\n/ });
    const controller = new AbortController();
    const evaluating = sample.evaluate(alphasOf(2), { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('Ctrl-C')), 50);
    await expect(evaluating).rejects.toThrow('Ctrl-C');
  });
});
