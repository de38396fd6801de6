/** Spaces of every kind, for laws. */
import fc from 'fast-check';
import { alphaSpace, createSpace, integer, type Parameter, real, type Space } from '../../src/space/index.js';

const bounds = fc
  .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
  .map(([low, range]) => [low + 0, low + range] as const);

const parameter: fc.Arbitrary<Parameter> = fc.oneof(
  bounds.map(([low, high]) => real(low, high)),
  fc
    .tuple(fc.double({ min: 1e-9, max: 1, noNaN: true }), fc.double({ min: 1.5, max: 1e6, noNaN: true }))
    .map(([low, ratio]) => real(low, low * ratio, { log: true })),
  fc
    .tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 50 }))
    .map(([low, more]) => integer(low, low + more)),
);

const named = fc
  .array(parameter, { minLength: 1, maxLength: 6 })
  .map((list) => createSpace(Object.fromEntries(list.map((item, j) => [`p${j}`, item]))));

const alphas = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.boolean())
  .map(([n, seeds]) => alphaSpace(n, { seeds }));

export const anySpace: fc.Arbitrary<Space> = fc.oneof(named, alphas);
