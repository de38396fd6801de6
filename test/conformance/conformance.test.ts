import { afterAll, describe, expect, it } from '@jest/globals';
import { isWithin } from './conformance-case.js';
import { openSuite } from './conformance-suite.js';
import type { ConformanceSuite } from './conformance-suite.js';

/** `scripts/conformance.mjs` runs the same cases on the backends that are no part of the package. */
const suite: ConformanceSuite = await openSuite('wasm');

describe('conformance of wasm', () => {
  it.each(suite.cases.map((entry) => [entry.title, entry] as const))('%s', async (_, { run }) => {
    const deviations = await run(suite.setting);
    expect(deviations.filter((deviation) => !isWithin(deviation))).toEqual([]);
  });
});

afterAll(() => suite.dispose());
