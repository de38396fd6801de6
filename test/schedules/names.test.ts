import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatJson } from '../../src/schedules/format-json.js';
import { nearestName } from '../../src/schedules/nearest-name.js';
import { showValue } from '../../src/schedules/show-value.js';

describe('nearestName(word, names)', () => {
  it.each([
    ['evalutions', 'evaluations'],
    ['evaluation', 'evaluations'],
    ['Seed', 'seed'],
    ['sede', 'seed'],
    ['images', undefined],
    ['s', undefined],
  ])('of %j is %j', (word, name) => {
    expect(nearestName(word, ['seed', 'evaluations'])).toBe(name);
  });

  it('is the name itself where it is known, and the first of equals', () => {
    expect(nearestName('b', ['a', 'b'])).toBe('b');
    expect(nearestName('cat', ['bat', 'rat'])).toBe('bat');
  });
});

describe('showValue(value)', () => {
  it.each<[unknown, string]>([
    ['a', '"a"'],
    [NaN, 'NaN'],
    [-0, '-0'],
    [null, 'null'],
    [undefined, 'nothing'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [true, 'true'],
    [() => 1, 'a function'],
    [Symbol('x'), 'Symbol(x)'],
  ])('shows %p as %s', (value, text) => {
    expect(showValue(value)).toBe(text);
  });

  it('cuts long texts and never breaks the line', () => {
    expect(showValue('x'.repeat(100))).toBe(`"${'x'.repeat(59)}…"`);
    fc.assert(fc.property(fc.string(), (text) => !showValue(text).includes('\n')));
  });
});

describe('formatJson(value)', () => {
  it('is read back as the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.parse(formatJson(JSON.parse(text)))).toEqual(JSON.parse(text));
      }),
    );
  });
});
