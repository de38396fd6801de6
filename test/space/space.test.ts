import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createSpace,
  fromUnit,
  integer,
  paramsOf,
  pointValues,
  real,
  snapUnit,
  type Space,
  spaceFromJson,
  spaceToJson,
  toUnit,
} from '../../src/space/index.js';
import { thrown } from '../objective/thrown.js';
import { anySpace } from './any-space.js';

const mixed = createSpace({ rate: real(1e-4, 1, { log: true }), shift: real(-3, 5), layers: integer(2, 6) });
const unitOf = (space: Space): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: space.names.length,
    maxLength: space.names.length,
  });

describe('fromUnit and toUnit', () => {
  it('reach the bounds exactly, both ways', () => {
    expect(fromUnit(mixed, [0, 0, 0])).toEqual([1e-4, -3, 2]);
    expect(fromUnit(mixed, [1, 1, 1])).toEqual([1, 5, 6]);
    expect(toUnit(mixed, [1e-4, -3, 2])).toEqual([0, 0, 0.1]);
    expect(toUnit(mixed, [1, 5, 6])).toEqual([1, 1, 0.9]);
  });

  it('put the geometric middle of a log scale, and the arithmetic one of a plain scale, at ½', () => {
    const [rate, shift, layers] = fromUnit(mixed, [0.5, 0.5, 0.5]);
    expect(rate).toBeCloseTo(1e-2, 14);
    expect([shift, layers]).toEqual([1, 4]);
  });

  it('leave α as it is', () => {
    const alphas = createSpace({ a: real(0, 1) });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (u) => {
        expect(toUnit(alphas, fromUnit(alphas, [u]))[0] + 0).toBe(u + 0);
      }),
    );
  });

  it('stay inside the bounds everywhere, and grow with u', () => {
    fc.assert(
      fc.property(
        anySpace.chain((space) => fc.tuple(fc.constant(space), unitOf(space))),
        ([space, unit]) => {
          const values = fromUnit(space, unit);
          const above = fromUnit(
            space,
            unit.map((u) => Math.min(1, u + 0.01)),
          );
          space.parameters.forEach(({ low, high }, j) => {
            expect(values[j] >= low && values[j] <= high).toBe(true);
            expect(above[j] >= values[j]).toBe(true);
          });
        },
      ),
    );
  });

  it('give values back to rounding, and integers exactly', () => {
    fc.assert(
      fc.property(
        anySpace.chain((space) => fc.tuple(fc.constant(space), unitOf(space))),
        ([space, unit]) => {
          const values = fromUnit(space, unit);
          const back = fromUnit(space, toUnit(space, values));
          space.parameters.forEach(({ kind, low, high }, j) => {
            if (kind === 'integer') expect(back[j]).toBe(values[j]);
            else expect(Math.abs(back[j] - values[j])).toBeLessThanOrEqual(1e-10 * (high - low));
          });
        },
      ),
    );
  });

  it('give each integer an equal part of the unit interval', () => {
    const dice = createSpace({ face: integer(1, 6) });
    const counts = new Map<number, number>();
    for (let i = 0; i < 600; i++) {
      const [face] = fromUnit(dice, [i / 600]);
      counts.set(face, (counts.get(face) ?? 0) + 1);
    }
    expect([...counts.entries()]).toEqual([1, 2, 3, 4, 5, 6].map((face) => [face, 100]));
  });
});

describe('snapUnit(space, unit)', () => {
  it('moves integers to the middle of their part and leaves reals alone; twice is once', () => {
    expect(snapUnit(mixed, [0.3, 0.7, 0.35])).toEqual([0.3, 0.7, 0.3]);
    fc.assert(
      fc.property(unitOf(mixed), (unit) => {
        const snapped = snapUnit(mixed, unit);
        expect(snapUnit(mixed, snapped)).toEqual(snapped);
        expect(fromUnit(mixed, snapped)).toEqual(fromUnit(mixed, unit));
      }),
    );
  });
});

describe('createSpace(parameters)', () => {
  it('keeps the order in which parameters are written', () => {
    expect(createSpace({ b: real(0, 1), a: integer(0, 3) }).names).toEqual(['b', 'a']);
    expect(paramsOf(mixed, [0.1, 2, 3])).toEqual({ rate: 0.1, shift: 2, layers: 3 });
  });

  it.each([
    [{}, 'createSpace: expected a parameter, got none'],
    [{ 1: real(0, 1) }, 'createSpace: expected names that are not empty or whole numbers, got "1"'],
    [{ x: real(1, 1) }, 'createSpace x.high: expected a number above low = 1, got 1'],
    [{ x: real(0, Infinity) }, 'createSpace x.high: expected a finite number, got Infinity'],
    [{ x: real(NaN, 1) }, 'createSpace x.low: expected a finite number, got NaN'],
    [{ x: real(0, 1, { log: true }) }, 'createSpace x.low: expected a number above 0 on a log scale, got 0'],
    [
      { x: real(-1.7e308, 1.7e308) },
      'createSpace x.high: expected a range high - low that is finite, got 1.7e+308',
    ],
    [{ x: integer(0, 1.5) }, 'createSpace x.high: expected an integer, got 1.5'],
    [{ x: { kind: 'choice' } as never }, 'createSpace x.kind: expected real or integer, got "choice"'],
    [{ x: undefined as never }, 'createSpace x: expected a parameter { kind, low, high }, got nothing'],
  ])('refuses %j', (parameters, message) => {
    expect(thrown(() => createSpace(parameters))).toEqual(['E_SPACE', message]);
  });

  it('refuses seeds that are no points of the space, or share a label', () => {
    const seeds =
      (...list: readonly [string, number[]][]) =>
      () =>
        createSpace({ x: real(0, 1) }, { seeds: list.map(([label, values]) => ({ label, values })) });
    expect(thrown(seeds(['a', [2]]))).toEqual([
      'E_SPACE',
      'seeds[0].values[0]: expected a number from 0 to 1, got 2',
    ]);
    expect(thrown(seeds(['a', [0]], ['a', [1]]))).toEqual([
      'E_SPACE',
      'seeds[1].label: expected a label of its own, got "a"',
    ]);
    expect(thrown(seeds(['a', []]))).toEqual(['E_SPACE', 'seeds[0].values: expected 1 values, got 0']);
  });
});

describe('pointValues(space, point)', () => {
  it('takes values in order or by name', () => {
    expect(pointValues(mixed, [0.1, 0, 3], 'p')).toEqual([0.1, 0, 3]);
    expect(pointValues(mixed, { layers: 3, rate: 0.1, shift: 0 }, 'p')).toEqual([0.1, 0, 3]);
  });

  it.each([
    [[0.1, 0], 'p: expected 3 values, got 2'],
    [[0.1, 0, 3.5], 'p[2]: expected an integer from 2 to 6, got 3.5'],
    [[0.1, NaN, 3], 'p[1]: expected a number from -3 to 5, got NaN'],
    [{ rate: 0.1, shift: 0 }, 'p.layers: expected an integer from 2 to 6, got nothing'],
    [{ rate: 0.1, shift: 0, layer: 3 }, 'p: expected parameters rate, shift, layers, got layer'],
    [{ rate: 2, shift: 0, layers: 3 }, 'p.rate: expected a number from 0.0001 to 1, got 2'],
    [null as never, 'p: expected a list or an object, got null'],
  ])('refuses %j', (point, message) => {
    expect(thrown(() => pointValues(mixed, point as number[], 'p'))).toEqual(['E_ARGUMENT', message]);
  });
});

describe('spaceFromJson(json)', () => {
  it('gives back what spaceToJson wrote, through a file', () => {
    fc.assert(
      fc.property(anySpace, (space) => {
        expect(spaceFromJson(JSON.parse(JSON.stringify(spaceToJson(space))))).toEqual(space);
      }),
    );
  });

  const x = { name: 'x', kind: 'real', low: 0, high: 1 };
  it.each([
    [null, 'space: expected a space, got null'],
    [{ kind: 'cube', seeds: [] }, 'space.kind: expected alphas or parameters, got "cube"'],
    [{ kind: 'alphas', latents: 4 }, 'space.seeds: expected a list, got nothing'],
    [
      { kind: 'alphas', latents: 0, seeds: [] },
      'alphaSpace: expected a number of latents from 1 to 512, got 0',
    ],
    [{ kind: 'parameters', seeds: [] }, 'space.parameters: expected a list, got nothing'],
    [
      { kind: 'parameters', parameters: [{ kind: 'real' }], seeds: [] },
      'space.parameters[0].name: expected a name, got nothing',
    ],
    [
      { kind: 'parameters', parameters: [x, x], seeds: [] },
      'space.parameters: expected names of their own, got "x"',
    ],
    [
      { kind: 'parameters', parameters: [{ ...x, high: -1 }], seeds: [] },
      'createSpace x.high: expected a number above low = 0, got -1',
    ],
    [{ kind: 'alphas', latents: 1, seeds: [7] }, 'space.seeds[0]: expected a seed { label, values }, got 7'],
  ])('refuses %j', (json, message) => {
    expect(thrown(() => spaceFromJson(json))).toEqual(['E_SPACE', message]);
  });
});
