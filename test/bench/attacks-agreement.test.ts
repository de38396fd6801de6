import { describe, expect, it } from '@jest/globals';

interface Agreement {
  readonly normsAgreement: (
    ours: readonly (number | null)[],
    theirs: readonly (number | null)[],
  ) => Record<string, unknown>;
  readonly boundsAgreement: (ours: string, theirs: string) => Record<string, unknown>;
}

const path = '../../bench/attacks-agreement.mjs';
const { normsAgreement, boundsAgreement } = (await import(path)) as Agreement;

describe('normsAgreement(ours, theirs)', () => {
  it('leaves clean errors out and counts a failure as infinitely far', () => {
    const found = normsAgreement([0, 1, 2, null, 4], [0, 1, 2, 3, null]);
    expect(found).toMatchObject({ asked: 4, failures: { ours: 1, theirs: 1 } });
    expect(found['median']).toEqual({ ours: 3, theirs: 2.5, ratio: 1.2 });
  });
  it('counts the images that are nearer by 2 % for one of the two, and correlates ranks where both found an error', () => {
    const found = normsAgreement([0.9, 2.01, 3.3, null], [1, 2, 3, 4]);
    expect(found['nearer']).toEqual({ ours: 1, theirs: 1 });
    expect(found['rankCorrelation']).toBeCloseTo(1, 12);
  });
});

describe('boundsAgreement(ours, theirs)', () => {
  it('compares the shares left right, with the binomial error of theirs', () => {
    expect(boundsAgreement('x100', 'x010')).toEqual({
      robustAccuracy: { ours: 0.5, theirs: 0.5 },
      standardError: 0.25,
      fooledAlone: { ours: 1, theirs: 1 },
    });
  });
});
