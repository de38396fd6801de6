import { describe, expect, it } from '@jest/globals';
import { inProcessObjective, type InProcessOptions } from '../../src/evaluators/index.js';
import type { OutcomeBlock } from '../../src/trial/index.js';
import { expectError } from '../objective/expect-error.js';
import { blockOf, preparedValues } from '../objective/evaluation/prepared.js';

const trial = (number: number, alpha: number) => ({ number, params: { a: alpha }, alphas: [alpha] });

const basic = () => ({
  sample: 'sample-1',
  noiseKey: 'search/1',
  draws: 1,
  classes: 2,
  blocks: [blockOf([0.9, 0.4], [0.6, 0.1]), blockOf([0.8], [0.2], 2)],
});

async function evaluate(
  options: InProcessOptions,
  at = trial(0, 0.5),
  signal = new AbortController().signal,
) {
  const blocks: OutcomeBlock[] = [];
  for await (const block of inProcessObjective(options).evaluate(at, { signal })) blocks.push(block);
  return blocks;
}

describe('inProcessObjective(options)', () => {
  it('yields one block of outcomes a block of images, in order', async () => {
    expect(await evaluate(basic())).toEqual([
      { sample: 'sample-1', block: 0, outcomes: { clean: '10', robust: '10' } },
      { sample: 'sample-1', block: 1, outcomes: { clean: '1', robust: '0' } },
    ]);
  });
  it('gives every trial the same noise key', async () => {
    const options = basic();
    await evaluate(options, trial(0, 0.5));
    await evaluate(options, trial(7, 0.6));
    const calls = options.blocks
      .flatMap(({ clean, attacked }) => [clean, attacked])
      .map((part) => part.calls);
    for (const call of calls) {
      expect(call).toEqual([
        { alphas: [0.5], key: 'search/1', draws: 1 },
        { alphas: [0.6], key: 'search/1', draws: 1 },
      ]);
    }
  });
  it('computes no block before it is asked for', async () => {
    const options = basic();
    const blocks = inProcessObjective(options).evaluate(trial(0, 0.5), {
      signal: new AbortController().signal,
    });
    for await (const block of blocks) if (block.block === 0) break;
    expect(options.blocks[1].clean.calls).toEqual([]);
  });
  it('computes no part of weight 0', async () => {
    const options = { ...basic(), weights: { clean: 0, robust: 1 } };
    expect((await evaluate(options))[0].outcomes).toEqual({ robust: '10' });
    const cleanOnly = { ...basic(), weights: { clean: 1, robust: 0 } };
    expect((await evaluate(cleanOnly))[0].outcomes).toEqual({ clean: '10' });
    expect(cleanOnly.blocks[0]).toMatchObject({ attacked: { calls: [] } });
  });
  it('ends with the signal’s reason, between the parts of a block', async () => {
    const controller = new AbortController();
    const options = basic();
    const clean = options.blocks[0].clean;
    const logits = clean.logits.bind(clean);
    const stopping = {
      ...clean,
      logits: (...call: Parameters<typeof logits>) => (
        controller.abort(new Error('Ctrl-C')),
        logits(...call)
      ),
    };
    const blocks = [{ ...options.blocks[0], clean: stopping }];
    await expect(evaluate({ ...options, blocks }, trial(0, 0.5), controller.signal)).rejects.toThrow(
      'Ctrl-C',
    );
    expect(options.blocks[0].attacked.calls).toEqual([]);
  });
  it('names stage and image where the model answers NaN', async () => {
    const blocks = [{ ...blockOf([0.9, 0.4], [0.6, 0.1]), clean: preparedValues([0.9, NaN]) }];
    await expect(evaluate({ ...basic(), blocks })).rejects.toMatchObject({
      code: 'E_NON_FINITE',
      message: 'clean images: image "i1" logit 1: expected a finite number, got NaN',
    });
  });
});

describe('inProcessObjective: what it refuses', () => {
  const { ids, labels, clean } = blockOf([0.9], [0.6]);
  it.each<[Partial<InProcessOptions>, string, string]>([
    [{ blocks: [] }, 'E_OUTCOME', 'expected at least one block, got none'],
    [
      { blocks: [{ ids, labels, clean }] },
      'E_OUTCOME',
      'expected attacked images, whose weight is 0.5, got none',
    ],
    [{ weights: { clean: 1, robust: 1 } }, 'E_CONFIG', 'weights: expected clean + robust = 1, got 2'],
    [{ draws: 0 }, 'E_ARGUMENT', 'draws must be an integer of at least 1, got 0'],
  ])('%p', (more, code, message) => {
    expectError(() => inProcessObjective({ ...basic(), ...more }), {
      code,
      message: `inProcessObjective: ${message}`,
    });
  });
});
