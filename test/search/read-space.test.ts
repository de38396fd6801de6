import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BoSearchError } from '../../src/errors.js';
import { loadSpace, readSpace } from '../../src/search/config/read-space.js';
import { alphaSpace, createSpace, integer, real, spaceToJson } from '../../src/space/index.js';

/** Code and message of what is thrown. */
function refusal(text: string): string {
  try {
    readSpace(text, 's.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(BoSearchError);
    const { code, message } = error as BoSearchError;
    return `${code} ${message}`;
  }
  return 'accepted';
}

describe('readSpace(text)', () => {
  it('reads parameters in the order in which they are written', () => {
    const text =
      'rate: { real: [1e-4, 1], log: true }\nlayers: { integer: [1, 8] }\n"a b": { real: [-1, 0] }\n';
    expect(readSpace(text)).toEqual(
      createSpace({ rate: real(1e-4, 1, { log: true }), layers: integer(1, 8), 'a b': real(-1, 0) }),
    );
  });

  it('reads the JSON of a space, seeds included', () => {
    const seeds = [{ label: 'mine', values: [0.5] }];
    for (const space of [alphaSpace(3), createSpace({ x: real(0, 1) }, { seeds })]) {
      expect(readSpace(JSON.stringify(spaceToJson(space)))).toEqual(space);
    }
  });

  it('takes kind for a parameter where it has bounds', () => {
    expect(readSpace('kind: { integer: [0, 3] }').names).toEqual(['kind']);
  });

  it.each([
    ['', 'E_SPACE s.yaml:1:1: expected a map of parameters, got null'],
    ['- x', 'E_SPACE s.yaml:1:1: expected a map of parameters, got an array of 1'],
    ['{}', 'E_SPACE s.yaml: expected a parameter, got none'],
    ['x: 3', 'E_SPACE s.yaml:1:1 x: expected { real: [low, high] } or { integer: [low, high] }, got 3'],
    [
      'a: { real: [0, 1] }\nx: { real: [0, 1], integer: [0, 1] }',
      'E_SPACE s.yaml:2:1 x: expected { real: [low, high] } or { integer: [low, high] }, got { real, integer }',
    ],
    ['x: { real: [0, 1], lgo: true }', 'E_SPACE s.yaml:1:1 x: expected nothing but log beside real, got lgo'],
    ['x: { integer: [0, 1], log: true }', 'E_SPACE s.yaml:1:1 x: expected nothing beside integer, got log'],
    ['x: { real: [0, 1, 2] }', 'E_SPACE s.yaml:1:1 x.real: expected [low, high], got an array of 3'],
    ['x: { real: [1, 0] }', 'E_SPACE s.yaml:1:1 x.high: expected a number above low = 1, got 0'],
    ['x: { real: [0, .inf] }', 'E_SPACE s.yaml:1:1 x.high: expected a finite number, got Infinity'],
    ['x: { real: [.nan, 1] }', 'E_SPACE s.yaml:1:1 x.low: expected a finite number, got NaN'],
    ['x: { integer: [0, 1.5] }', 'E_SPACE s.yaml:1:1 x.high: expected an integer, got 1.5'],
    [
      'x: { real: [0, 1], log: true }',
      'E_SPACE s.yaml:1:1 x.low: expected a number above 0 on a log scale, got 0',
    ],
    ['x: { real: ["0", 1] }', 'E_SPACE s.yaml:1:1 x.low: expected a finite number, got "0"'],
    ['1: { real: [0, 1] }', 'E_SPACE s.yaml: expected names that are not empty or whole numbers, got "1"'],
    ['x: [', 'E_SPACE s.yaml:1:5: expected YAML'],
    ['__proto__: { real: [0, 1] }', 'E_SPACE s.yaml:1:1: the key "__proto__" is not allowed'],
    ['kind: alpha', 'E_SPACE s.yaml.seeds: expected a list, got nothing'],
  ])('refuses %j', (text, message) => {
    expect(refusal(text).slice(0, message.length)).toBe(message);
  });

  it('never throws anything but a named error', () => {
    const leaf = fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.double()));
    const parameter = fc.oneof(leaf, fc.dictionary(fc.constantFrom('real', 'integer', 'log', 'x'), leaf));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.dictionary(fc.string(), parameter)), (given) => {
        refusal(typeof given === 'string' ? given : JSON.stringify(given));
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe('loadSpace(path)', () => {
  it('reads a file, and names one that is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bo-search-space-'));
    const file = join(folder, 'space.json');
    writeFileSync(file, '\uFEFF{ "x": { "real": [0, 2] } }');
    expect(await loadSpace(file)).toEqual(createSpace({ x: real(0, 2) }));
    await expect(loadSpace(join(folder, 'none'))).rejects.toMatchObject({
      code: 'E_SPACE',
      message: `${join(folder, 'none')}: expected a file with a space, got no such file or folder`,
    });
    rmSync(folder, { recursive: true });
  });
});
