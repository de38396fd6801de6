/** Laws of the benchmark's problems: what is told is what the truth says, and placement keeps optima inside the cube. */
import { describe, expect, it } from '@jest/globals';
import {
  alphaSeeds,
  type Outcome,
  type OutcomeBlock,
  measurementOf,
  observedValue,
} from '../../src/index.js';

interface Problem {
  readonly name: string;
  readonly dimension: number;
  readonly direction: 'minimize' | 'maximize';
  readonly optimum: number;
  readonly seedPoints: readonly { readonly values: readonly number[] }[];
  readonly weights?: { readonly clean: number; readonly robust: number };
  evaluate(u: readonly number[], trial: number): Outcome;
  blocks?(u: readonly number[], sample?: string): OutcomeBlock[];
  truth(u: readonly number[]): number;
}
interface Placement {
  readonly order: readonly number[];
  readonly shift: readonly number[];
}
interface TestFunction {
  readonly dimension: number;
  readonly optimum: number;
  readonly modes: readonly (readonly number[])[];
}
type Outcomes = (u: readonly number[], p: number) => boolean[];

const load = async (path: string): Promise<unknown> => import(`../../bench/${path}`);
const { arenaProblem } = (await load('arena/problems/arena-problems.mjs')) as {
  readonly arenaProblem: (name: string, seed: number) => Promise<Problem>;
};
const { sharedImages } = (await load('arena/problems/shared-images.mjs')) as {
  readonly sharedImages: (
    d: number,
    key: readonly (string | number)[],
    options?: { images?: number },
  ) => Outcomes;
};
const { placed, placementOf } = (await load('problems/placed.mjs')) as {
  readonly placed: (problem: TestFunction, seed: number) => { value(u: readonly number[]): number };
  readonly placementOf: (problem: TestFunction, seed: number) => Placement;
};
const functions = (await load('problems/functions.mjs')) as Record<
  'hartmann6' | 'levy' | 'ackley' | 'binomialAlpha' | 'embeddedHartmann6',
  (d: number) => TestFunction
>;

const PLACED: readonly TestFunction[] = [
  functions.hartmann6(6),
  functions.levy(16),
  functions.ackley(20),
  functions.binomialAlpha(24),
  functions.embeddedHartmann6(30),
];
const OURS = [
  'binomial-crn-8',
  'binomial-crn-16',
  'binomial-alpha-16',
  'hartmann-6-noisy',
  'hartmann-6',
  'levy-16',
  'ackley-20',
  'hartmann-6-in-30',
];

const centre = (d: number) => new Array<number>(d).fill(0.5);
const share = (outcomes: readonly boolean[]) => outcomes.filter(Boolean).length / outcomes.length;

describe('sharedImages(d, key)', () => {
  const IMAGES = 1500;
  const outcomes = sharedImages(4, ['test', 1], { images: IMAGES });

  it.each([0.05, 0.3, 0.5, 0.884])('has marginal p = %f at any point', (p) => {
    for (const u of [
      [0, 0, 0, 0],
      [0.1, 0.9, 0.4, 0.6],
      [1, 1, 1, 1],
    ]) {
      const fourErrors = 4 * Math.sqrt((p * (1 - p)) / IMAGES);
      expect(Math.abs(share(outcomes(u, p)) - p)).toBeLessThan(fourErrors);
    }
  });

  it('is a function of the point: the same again for the same key, other images for another', () => {
    const u = [0.2, 0.4, 0.6, 0.8];
    expect(sharedImages(4, ['test', 1], { images: 100 })(u, 0.5)).toEqual(outcomes(u, 0.5).slice(0, 100));
    expect(sharedImages(4, ['test', 2], { images: 100 })(u, 0.5)).not.toEqual(outcomes(u, 0.5).slice(0, 100));
  });

  it('makes no image wrong that a lower chance got right at the same point', () => {
    const low = outcomes([0.3, 0.3, 0.3, 0.3], 0.4);
    const high = outcomes([0.3, 0.3, 0.3, 0.3], 0.6);
    expect(low.every((right, i) => !right || high[i])).toBe(true);
  });

  it('changes fewer images between near points than between far ones, and those fewer than independent images', () => {
    const at = (v: number) => outcomes([v, v, v, v], 0.8);
    const changed = (a: boolean[], b: boolean[]) => share(a.map((right, i) => right !== b[i]));
    const [near, far] = [changed(at(0.5), at(0.55)), changed(at(0.1), at(0.9))];
    expect(near).toBeLessThan(0.6 * far);
    expect(far).toBeLessThan(0.5 * (2 * 0.8 * 0.2));
  });
});

describe('placementOf(problem, seed)', () => {
  it('keeps optimum and decoy within [0.1, 0.9], for every problem and seed', () => {
    for (const problem of PLACED) {
      for (let seed = 0; seed < 20; seed++) {
        const { shift } = placementOf(problem, seed);
        for (const mode of problem.modes) {
          for (const [j, v] of mode.entries()) {
            expect(v + shift[j]).toBeGreaterThanOrEqual(0.1 - 1e-12);
            expect(v + shift[j]).toBeLessThanOrEqual(0.9 + 1e-12);
          }
        }
      }
    }
  });

  it('moves the optimum, whose value stays', () => {
    for (const problem of PLACED) {
      const { order, shift } = placementOf(problem, 3);
      const u = centre(problem.dimension);
      order.forEach((to, j) => (u[to] = problem.modes[0][j] + shift[j]));
      expect(placed(problem, 3).value(u)).toBeCloseTo(problem.optimum, 5);
    }
  });
});

describe('arenaProblem(name, seed)', () => {
  it.each(OURS)('%s is the same for the same seed and another for another', async (name) => {
    const [a, again, other] = await Promise.all([0, 0, 1].map((seed) => arenaProblem(name, seed)));
    const u = centre(a.dimension);
    expect(again.evaluate(u, 7)).toEqual(a.evaluate(u, 7));
    expect(other.truth(u)).not.toBe(a.truth(u));
  });

  it.each(OURS)('%s has no value beyond its optimum', async (name) => {
    const problem = await arenaProblem(name, 2);
    const sign = problem.direction === 'maximize' ? 1 : -1;
    for (const v of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      const u = new Array<number>(problem.dimension).fill(v);
      expect(sign * problem.truth(u)).toBeLessThanOrEqual(sign * problem.optimum + 1e-9);
    }
  });

  it('tells counts and noise of a trial anew, and blocks of a sample the same', async () => {
    const [counts, noisy, shared] = await Promise.all(
      ['binomial-alpha-16', 'hartmann-6-noisy', 'binomial-crn-8'].map((name) => arenaProblem(name, 0)),
    );
    const values = (problem: Problem) =>
      new Set(
        [0, 1, 2, 3, 4, 5].map((trial) => observedValue(problem.evaluate(centre(problem.dimension), trial))),
      );
    expect(values(counts).size).toBeGreaterThan(1);
    expect(values(noisy).size).toBe(6);
    expect(values(shared).size).toBe(1);
  });

  it('tells of shared images what its blocks add up to; another sample has other images', async () => {
    const problem = await arenaProblem('binomial-crn-8', 0);
    const u = centre(8);
    const blocks = problem.blocks!(u);
    expect(problem.evaluate(u, 0)).toEqual(measurementOf(blocks, problem.weights));
    expect(blocks.map(({ block }) => block)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(problem.blocks!(u, 'fresh').map(({ outcomes }) => outcomes)).not.toEqual(
      blocks.map(({ outcomes }) => outcomes),
    );
  });

  it('has the seed points of α spaces where it is like a search for α, else none', async () => {
    expect((await arenaProblem('binomial-crn-16', 0)).seedPoints).toEqual(alphaSeeds(16));
    expect((await arenaProblem('levy-16', 0)).seedPoints).toEqual([]);
  });

  it('of an unknown name throws', async () => {
    await expect(arenaProblem('nothing', 0)).rejects.toThrow(
      /^arenaProblem: expected one of .*, got nothing$/,
    );
  });
});
