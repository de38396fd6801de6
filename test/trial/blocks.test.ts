import { describe, expect, it } from '@jest/globals';
import {
  blockSize,
  checkBlock,
  DEFAULT_WEIGHTS,
  type OutcomeBlock,
  plainBlock,
} from '../../src/trial/index.js';
import { thrown } from '../objective/thrown.js';

const first: OutcomeBlock = { sample: 'a', block: 0, outcomes: { clean: '110', robust: '100' } };
const verdict = (block: unknown, earlier: OutcomeBlock[] = [], weights = DEFAULT_WEIGHTS): unknown =>
  checkBlock(block as OutcomeBlock, earlier, weights, 'report(trial 3)');

describe('checkBlock(block, earlier, weights)', () => {
  it('takes a first block, and further ones of the same sample in any order', () => {
    expect(verdict(first)).toBe('new');
    expect(verdict({ ...first, block: 7 }, [first])).toBe('new');
    expect(verdict({ ...first, block: 2 }, [first, { ...first, block: 7 }])).toBe('new');
  });

  it('knows a block that came before', () => {
    expect(verdict({ ...first }, [first])).toBe('repeated');
  });

  it('takes robust bits alone where clean ones have weight 0', () => {
    const robustOnly = { sample: 'a', block: 0, outcomes: { robust: '10' } };
    expect(verdict(robustOnly, [], { clean: 0, robust: 1 })).toBe('new');
  });

  it.each([
    [undefined, 'report(trial 3): expected a block { sample, block, outcomes }, got undefined'],
    [
      { ...first, outcomes: undefined },
      'report(trial 3): expected a block { sample, block, outcomes }, got {"sample":"a","block":0}',
    ],
    [{ ...first, sample: '' }, 'report(trial 3).sample: expected a name, got ""'],
    [{ ...first, block: -1 }, 'report(trial 3).block: expected an integer from 0, got -1'],
    [{ ...first, block: 0.5 }, 'report(trial 3).block: expected an integer from 0, got 0.5'],
    [{ ...first, outcomes: {} }, 'report(trial 3).outcomes: expected clean or robust bits, got neither'],
    [
      { ...first, outcomes: { clean: '', robust: '' } },
      'report(trial 3).outcomes.clean: expected at least one image, got an empty string',
    ],
    [
      { ...first, outcomes: { clean: '012', robust: '000' } },
      'report(trial 3).outcomes.clean: expected a string of 0 and 1, got "2" at position 2',
    ],
    [
      { ...first, outcomes: { clean: [1, 0], robust: '00' } },
      'report(trial 3).outcomes.clean: expected a string of 0 and 1, got object',
    ],
    [
      { ...first, outcomes: { clean: '01', robust: '000' } },
      'report(trial 3).outcomes: expected as many robust as clean bits (2), got 3',
    ],
    [
      { ...first, outcomes: { clean: '01' } },
      'report(trial 3).outcomes: expected robust bits, whose weight is 0.5, got none',
    ],
  ])('refuses %j', (block, message) => {
    expect(thrown(() => verdict(block))).toEqual(['E_OUTCOME', message]);
  });

  it('refuses another sample, other parts, and other bits for a block that came before', () => {
    expect(thrown(() => verdict({ ...first, sample: 'b', block: 1 }, [first]))).toEqual([
      'E_OUTCOME',
      'report(trial 3).sample: expected "a" as in the trial\'s first block, got "b"',
    ]);
    const robustOnly = { clean: 0, robust: 1 };
    expect(
      thrown(() => verdict({ sample: 'a', block: 1, outcomes: { robust: '1' } }, [first], robustOnly)),
    ).toEqual([
      'E_OUTCOME',
      "report(trial 3).outcomes: expected clean bits as in the trial's first block, got none",
    ]);
    expect(thrown(() => verdict(first, [{ ...first, outcomes: { robust: '100' } }], robustOnly))).toEqual([
      'E_OUTCOME',
      "report(trial 3).outcomes: expected no clean bits as in the trial's first block, got some",
    ]);
    expect(thrown(() => verdict({ ...first, outcomes: { clean: '110', robust: '000' } }, [first]))).toEqual([
      'E_OUTCOME',
      'report(trial 3): expected block 0 of sample "a" to be as first reported, got other robust bits',
    ]);
  });
});

describe('plainBlock(block)', () => {
  it('keeps the known fields and the number of images', () => {
    const block = { ...first, note: 'x', outcomes: { ...first.outcomes, extra: 1 } };
    expect(plainBlock(block)).toEqual(first);
    expect(blockSize(first)).toBe(3);
    expect(blockSize({ ...first, outcomes: { robust: '10' } })).toBe(2);
  });
});
