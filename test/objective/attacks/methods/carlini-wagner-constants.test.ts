import { describe, expect, it } from '@jest/globals';
import {
  atUpperBound,
  bisected,
  createConstants,
  multiplied,
} from '../../../../src/objective/attacks/methods/carlini-wagner-constants.js';

describe('bisected(constants, row, succeeded)', () => {
  const path = (initial: number, outcomes: readonly boolean[]): number[] => {
    const constants = createConstants(1, initial);
    return [initial, ...outcomes.map((succeeded) => (bisected(constants, 0, succeeded), constants.c[0]))];
  };
  it('takes ten times as much until a first success', () => {
    expect(path(0.5, [false, false, false])).toEqual([0.5, 5, 50, 500]);
  });
  it('never takes more than 1e10', () => {
    expect(path(1e9, [false, false, false])).toEqual([1e9, 1e10, 1e10, 1e10]);
  });
  it('then bisects between the largest that failed and the smallest that succeeded', () => {
    expect(path(1, [false, true, false, true])).toEqual([1, 10, 5.5, 7.75, 6.625]);
  });
  it('bisects down to 0 where every c succeeds', () => {
    expect(path(8, [true, true, true])).toEqual([8, 4, 2, 1]);
  });
  it('leaves other images alone', () => {
    const constants = createConstants(3, 1);
    bisected(constants, 1, false);
    expect([...constants.c]).toEqual([1, 10, 1]);
  });
});

describe('atUpperBound(constants, row)', () => {
  it('is the smallest c that succeeded', () => {
    const constants = createConstants(1, 4);
    bisected(constants, 0, true);
    bisected(constants, 0, false);
    atUpperBound(constants, 0);
    expect(constants.c[0]).toBe(4);
  });
  it('is 1e10 where none has', () => {
    const constants = createConstants(1, 4);
    atUpperBound(constants, 0);
    expect(constants.c[0]).toBe(1e10);
  });
});

describe('multiplied(constants, row, found, before)', () => {
  it.each([
    ['grows by 1.2 after a failure', Infinity, 2, 12],
    ['grows by 1.2 after a failure that none preceded', Infinity, Infinity, 12],
    ['falls by 0.8 after a first success', 2, Infinity, 8],
    ['falls by 0.8 after a nearer point', 1, 2, 8],
    ['falls by 0.9 after a farther one', 3, 2, 9],
    ['stays after one as near', 2, 2, 10],
  ])('%s', (_, found, before, expected) => {
    const constants = createConstants(2, 10);
    multiplied(constants, 1, found, before);
    expect([...constants.c]).toEqual([10, expected]);
  });
  it.each([
    [900, Infinity, 1000],
    [0.11, 1, 0.1],
    [0.01, 1, 0.1],
  ])('stays from 0.1 to 1,000 (c = %p)', (c, found, expected) => {
    const constants = createConstants(1, c);
    multiplied(constants, 0, found, Infinity);
    expect(constants.c[0]).toBe(expected);
  });
});
