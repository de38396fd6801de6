import { describe, expect, it } from '@jest/globals';
import { expectRejection } from '../../objective/expect-error.js';
import { alphasOf, openPuppet, outcomesOf, SPEC } from './puppets.js';

const EVALUATOR = `evaluator ${JSON.stringify(process.execPath)}`;
const tail = (...lines: string[]): string => ['\nlast lines of its standard error:', ...lines].join('\n  ');

/** What each fault is called, as a message up to the last lines of standard error, and as a reason. */
const FAULTS: readonly [fault: string, reason: string, message: string][] = [
  ['exit3', 'exit', 'expected it to go on, got exit with code 3'],
  ['exit0', 'exit', 'expected it to go on, got exit with code 0'],
  ['sigkill', 'exit', 'expected it to go on, got its end by SIGKILL'],
  ['half', 'exit', 'expected it to go on, got exit with code 1 in the middle of a line'],
  ['garbage', 'not-json', 'expected a line of JSON, got "Epoch 1/10: loss nan"'],
  [
    'nan',
    'not-json',
    'expected a line of JSON, got "{\\"id\\":3,\\"kind\\":\\"progress\\",\\"done\\":NaN,\\"of\\":3}"',
  ],
  ['array', 'not-object', 'expected a JSON object, got an array of 2'],
  ['not-utf8', 'not-utf8', 'expected a line in UTF-8, got other bytes'],
  ['flood', 'too-long', 'expected a line of at most 100000 bytes, got a longer one'],
  ['short-bits', 'wrong-count', 'outcomes.clean: expected 12 bits, one an image of the block, got 11'],
  ['missing-part', 'wrong-count', 'outcomes.robust: expected 12 bits, got none'],
  [
    'odd-bits',
    'wrong-message',
    'outcomes.clean: expected a text of 0 and 1, one character an image, got "201100110011"',
  ],
  ['wrong-id', 'wrong-id', 'outcomes.id: expected 3, got 43'],
  ['old-id', 'second-answer', 'expected nothing more about request 2, got outcomes'],
  ['wrong-kind', 'wrong-kind', 'expected outcomes or error, got cancelled'],
  [
    'unknown-kind',
    'wrong-kind',
    'kind: expected one of description, sampled, outcomes, pixels, scores, gradient, progress, cancelled, error, got "result"',
  ],
  ['version', 'wrong-version', 'description.protocol: expected 1, got 2'],
  [
    'stdout-closed',
    'output-closed',
    'expected its standard output to be open, got its end from a process that goes on',
  ],
];

describe('evaluate: a fault of the process rejects the request with its reason and the last of standard error', () => {
  it.each(FAULTS)('%s', async (kind, reason, message) => {
    const puppet = await openPuppet({ faults: { 1: { kind } } }, { maxLineBytes: 100_000 });
    const sample = await puppet.openSample(SPEC);
    const expected = message.replace('"201100110011"', `"2${outcomesOf(1).clean.slice(1)}"`);
    await expectRejection(sample.evaluate(alphasOf(1)), {
      code: 'E_EVALUATOR',
      message:
        `${EVALUATOR}: evaluate block 0 of ${sample.name}: ${expected}` +
        tail(`fault ${kind} at evaluate 0.001`),
    });
    expect(puppet.events.filter((event) => event.kind === 'fault')).toEqual([
      { kind: 'fault', reason, message: expected, stderr: [`fault ${kind} at evaluate 0.001`] },
    ]);
    // and the next request starts another process
    expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    expect(puppet.events.filter((event) => event.kind === 'started')).toHaveLength(2);
  });

  it('silence, of a process that does not end by SIGTERM either', async () => {
    const puppet = await openPuppet({ faults: { 1: { kind: 'hang-hard' } } }, { silenceSeconds: 1 });
    const sample = await puppet.openSample(SPEC);
    await expectRejection(sample.evaluate(alphasOf(1)), {
      code: 'E_EVALUATOR',
      message: /: expected a message within 1 s, got none\n/,
    });
  });

  it('a closed standard input shows at the next request', async () => {
    const puppet = await openPuppet({ faults: { 1: { kind: 'stdin-closed' } } });
    const sample = await puppet.openSample(SPEC);
    expect(await sample.evaluate(alphasOf(1))).toEqual(outcomesOf(1));
    await expectRejection(sample.evaluate(alphasOf(2)), {
      code: 'E_EVALUATOR',
      message:
        `${EVALUATOR}: evaluate block 0 of ${sample.name}: ` +
        'expected its standard input to be open, got its end from a process that goes on' +
        tail('fault stdin-closed at evaluate 0.001'),
    });
  });

  it('keeps the last 20 lines of a flood on standard error', async () => {
    const puppet = await openPuppet({ faults: { 1: { kind: 'stderr-flood' } } });
    const sample = await puppet.openSample(SPEC);
    const lines = Array.from({ length: 19 }, (_, i) => `line ${2981 + i} ${'.'.repeat(50)}`);
    await expectRejection(sample.evaluate(alphasOf(1)), {
      code: 'E_EVALUATOR',
      message:
        `${EVALUATOR}: evaluate block 0 of ${sample.name}: expected it to go on, got exit with code 7` +
        tail(...lines, 'the last words'),
    });
    expect(puppet.events.filter((event) => event.kind === 'stderr')).toHaveLength(3001);
  });

  it('an error message rejects the request, and the process goes on', async () => {
    const puppet = await openPuppet({ faults: { 1: { kind: 'error' } } });
    const sample = await puppet.openSample(SPEC);
    await expectRejection(sample.evaluate(alphasOf(1)), {
      code: 'E_EVALUATOR',
      message:
        `${EVALUATOR}: evaluate block 0 of ${sample.name}: expected an answer, got the error "no memory left"` +
        tail('fault error at evaluate 0.001'),
    });
    expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    expect(puppet.events.filter((event) => event.kind === 'started')).toHaveLength(1);
  });

  it('a second answer leaves the first one good, and another process answers the next request', async () => {
    const puppet = await openPuppet({ faults: { 1: { kind: 'twice' } } });
    const sample = await puppet.openSample(SPEC);
    expect(await sample.evaluate(alphasOf(1))).toEqual(outcomesOf(1));
    expect(await sample.evaluate(alphasOf(2))).toEqual(outcomesOf(2));
    expect(puppet.events.filter((event) => event.kind === 'fault')).toEqual([
      {
        kind: 'fault',
        reason: 'second-answer',
        message: 'expected nothing more about request 3, got outcomes',
        stderr: ['fault twice at evaluate 0.001'],
      },
    ]);
  });
});

describe('openCommandEvaluator: what keeps an evaluator from starting', () => {
  it.each([
    [{ describe: 'version' }, 'description.protocol: expected 1, got 2' + tail('fault version at describe')],
    [{ describe: 'exit3' }, 'expected it to go on, got exit with code 3' + tail('fault exit3 at describe')],
    [
      { describe: 'error' },
      'expected an answer, got the error "no memory left"' + tail('fault error at describe'),
    ],
    [
      { start: 'exit3', banner: 'CUDA error: no device' },
      'expected it to go on, got exit with code 3' + tail('CUDA error: no device'),
    ],
    [{ start: 'garbage' }, 'expected a line of JSON, got "Epoch 1/10: loss nan"'],
    [
      { start: 'wrong-id' },
      'kind: expected one of description, sampled, outcomes, pixels, scores, gradient, progress, cancelled, error, got nothing',
    ],
    [
      { say: { latents: [] } },
      'description.latents: expected a list of latents, at least 1, got an array of 0',
    ],
    [
      { say: { latents: [{ name: 'a' }, { name: 'a' }] } },
      'description.latents: expected no two the same, got "a" twice',
    ],
    [
      { say: { model: { name: 'm', hash: 'abc' } } },
      'description.model.hash: expected "sha256:" and 64 hexadecimal digits, got "abc"',
    ],
    [{ say: { can: ['fly'] } }, 'description.can[0]: expected one of sample, cancel, no-defence, got "fly"'],
    [
      { say: { classes: ['cat', 'dog', 'cat'] } },
      'description.classes: expected no two the same, got "cat" twice',
    ],
    [{ say: { sets: null } }, 'description.sets: expected a list of image sets, got null'],
  ])('%j', async (plan, message) => {
    await expectRejection(openPuppet(plan), {
      code: 'E_EVALUATOR',
      message: `${EVALUATOR}: describe: ${message}`,
    });
  });

  it('a start that takes longer than startSeconds', async () => {
    await expectRejection(openPuppet({ start: 'hang' }, { startSeconds: 0.5 }), {
      code: 'E_EVALUATOR',
      message: `${EVALUATOR}: describe: expected a description within 0.5 s, got none`,
    });
  });

  it('a command there is not, and a folder there is not', async () => {
    await expectRejection(openPuppet({}, { command: ['no-such-command-anywhere'] }), {
      code: 'E_EVALUATOR',
      message:
        'evaluator "no-such-command-anywhere": describe: expected a command, got no such command: no-such-command-anywhere',
    });
    await expectRejection(openPuppet({}, { cwd: '/no/such/folder' }), {
      code: 'E_EVALUATOR',
      message: `${EVALUATOR}: describe: expected a folder to start it in, got no such folder: /no/such/folder`,
    });
  });
});

describe('openSample: what is no sample', () => {
  it.each([
    [{ sampled: { images: 11 } }, 'sampled.images: expected 12, got 11'],
    [{ sampled: { images: 13 } }, 'sampled.images: expected 12, got 13'],
    [{ sampled: { labels: [1, 0] } }, 'sampled.labels: expected 12 labels, got 2'],
    [
      { sampled: { labels: Array.from({ length: 12 }, () => 2) } },
      'sampled.labels[0]: expected a class from 0 to 1, got 2',
    ],
    [{ sampled: { ids: ['a'] } }, 'sampled.ids: expected 12 ids, got 1'],
    [
      { sampled: { ids: Array.from({ length: 12 }, () => 'a') } },
      'sampled.ids: expected no two the same, got "a" twice',
    ],
    [{ sampled: { hash: 7 } }, 'sampled.hash: expected "sha256:" and 64 hexadecimal digits, got 7'],
    [
      { sampled: { attack: { images: 12, cleanErrors: 6, successes: 7 } } },
      'sampled.attack: expected clean errors and successes to be at most 12 together, got 13',
    ],
    [
      { sampled: { attack: { images: 11, cleanErrors: 1, successes: 2 } } },
      'sampled.attack.images: expected 12, all that were asked for, got 11',
    ],
    [
      { sampled: { attack: { images: 12, cleanErrors: 4, successes: 2, eightBitSuccesses: 9 } } },
      'sampled.attack.eightBitSuccesses: expected at most 8, got 9',
    ],
    [
      { sampled: { attack: { images: 12, cleanErrors: 4, successes: 2, zeroGradients: 13 } } },
      'sampled.attack.zeroGradients: expected at most 12, got 13',
    ],
    [
      { sampled: { attack: { images: 12, cleanErrors: 4, successes: 2, nonFinite: 13 } } },
      'sampled.attack.nonFinite: expected at most 12, got 13',
    ],
  ])('%j', async (plan, message) => {
    const puppet = await openPuppet(plan);
    await expectRejection(puppet.openSample(SPEC), {
      code: 'E_EVALUATOR',
      message: `${EVALUATOR}: sample of search: ${message}`,
    });
  });

  it('fewer images than asked for are one only where failed attacks are left out', async () => {
    const puppet = await openPuppet({ sampled: { images: 3, labels: [0, 1, 1], ids: ['a', 'b', 'c'] } });
    const attack = { kind: 'fgsm-l2', against: 'classifier', l2Bound: 1, keepOnlySuccessful: true } as const;
    const sample = await puppet.openSample({ ...SPEC, attack });
    expect([sample.images, [...(sample.labels ?? [])]]).toEqual([3, [0, 1, 1]]);
    expect(await sample.evaluate(alphasOf(4))).toEqual(outcomesOf(4, 0, 3));
  });

  it('left are clean errors and successes', async () => {
    const attack = { kind: 'fgsm-l2', against: 'classifier', l2Bound: 1, keepOnlySuccessful: true } as const;
    const left = { images: 3, labels: [0, 1, 1], ids: ['a', 'b', 'c'] };
    const puppet = await openPuppet({
      sampled: { ...left, attack: { images: 12, cleanErrors: 2, successes: 2 } },
    });
    await expectRejection(puppet.openSample({ ...SPEC, attack }), {
      code: 'E_EVALUATOR',
      message: `${EVALUATOR}: sample of search: sampled.attack: expected clean errors and successes to be the 3 images that are left, got 4`,
    });
  });

  it('more successes after rounding than before are none', async () => {
    const counts = { images: 12, cleanErrors: 4, successes: 2, eightBitSuccesses: 8 };
    const puppet = await openPuppet({ sampled: { attack: counts } });
    expect((await puppet.openSample(SPEC)).attack).toEqual(counts);
  });

  it('none at all is an error, and no fault of the process', async () => {
    const nothing = { images: 12, cleanErrors: 0, successes: 0 };
    const puppet = await openPuppet({ sampled: { images: 0, labels: [], ids: [], attack: nothing } });
    const attack = { kind: 'fgsm-l2', against: 'classifier', l2Bound: 1, keepOnlySuccessful: true } as const;
    await expectRejection(puppet.openSample({ ...SPEC, attack }), {
      code: 'E_EVALUATOR',
      message: `${EVALUATOR}: sample of search: expected images to judge on, got none`,
    });
    expect(puppet.events.map(({ kind }) => kind)).not.toContain('fault');
  });

  it('a set there is not, and more images than it has', async () => {
    const puppet = await openPuppet();
    await expectRejection(puppet.openSample({ ...SPEC, set: 'heldOut' }), {
      code: 'E_CONFIG',
      message: `${EVALUATOR}: expected one of its image sets (search), got heldOut`,
    });
    await expectRejection(puppet.openSample({ ...SPEC, images: 41 }), {
      code: 'E_CONFIG',
      message: `${EVALUATOR}: expected at most 40 images of search, got 41`,
    });
  });
});
