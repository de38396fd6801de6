/** What the benchmark's report makes of runs: scores, pairs, and the choice between two recommended points. */
import { describe, expect, it } from '@jest/globals';

interface Run {
  readonly method: string;
  readonly problem: string;
  readonly seed: number;
  readonly seeded: 'none' | 'all';
  readonly evaluations: number;
  readonly direction: 'minimize' | 'maximize';
  readonly optimum?: number;
  readonly recommended: Readonly<Record<number, number>>;
  readonly also?: Readonly<Record<number, number>>;
  readonly visited: Readonly<Record<number, number>>;
  readonly ask: { readonly total: number };
}
interface Against {
  readonly evaluations: number;
  readonly n: number;
  readonly mean: number;
  readonly verdict: string;
  readonly askCpuRatio: number;
}
interface MethodSummary {
  readonly method: string;
  readonly seeds: readonly number[];
  readonly recommended: readonly { readonly n: number; readonly mean: number }[];
  readonly against?: readonly Against[];
}
interface Summary {
  readonly means: readonly string[];
  readonly problems: readonly { readonly problem: string; readonly methods: readonly MethodSummary[] }[];
}

const path = '../../bench/arena/summarise.mjs';
const { summarise } = (await import(path)) as { readonly summarise: (runs: readonly Run[]) => Summary };

const run = (method: string, seed: number, value: number, more: Partial<Run> = {}): Run => ({
  method,
  problem: 'levy-16',
  seed,
  seeded: 'none',
  evaluations: 25,
  direction: 'minimize',
  optimum: 1,
  recommended: { 25: value },
  visited: { 25: value },
  ask: { total: 2 },
  ...more,
});
const methodIn = (summary: Summary, name: string) =>
  summary.problems[0].methods.find(({ method }) => method === name);

describe('summarise(runs)', () => {
  it('scores a minimised value by minus its regret, a maximised one by itself', () => {
    const down = summarise([run('random', 0, 4), run('random', 1, 6)]);
    expect(methodIn(down, 'random')?.recommended[0]).toMatchObject({ n: 25, mean: -4 });
    const up = summarise([run('random', 0, 4, { direction: 'maximize' })]);
    expect(methodIn(up, 'random')?.recommended[0]).toMatchObject({ n: 25, mean: 4 });
  });

  it('compares ours with a rival over the seeds that both have', () => {
    const summary = summarise([
      run('bo-search', 0, 2),
      run('bo-search', 1, 3),
      run('bo-search', 2, 9),
      run('optuna-gp', 1, 5.5, { ask: { total: 8 } }),
      run('optuna-gp', 0, 4, { ask: { total: 8 } }),
    ]);
    const [against] = methodIn(summary, 'optuna-gp')?.against ?? [];
    expect(against).toMatchObject({
      evaluations: 25,
      n: 2,
      mean: 2.25,
      verdict: 'better',
      askCpuRatio: 0.25,
    });
    expect(methodIn(summary, 'bo-search')?.against).toBeUndefined();
  });

  it('takes the second point of a method where it is better on most problems', () => {
    const better = { also: { 25: 2 } };
    const worse = { also: { 25: 5 } };
    const one = summarise([run('cma-es', 0, 4, better)]);
    expect([one.means, methodIn(one, 'cma-es')?.recommended[0].mean]).toEqual([['cma-es'], -1]);
    const half = summarise([
      run('cma-es', 0, 4, better),
      run('cma-es', 0, 4, { ...worse, problem: 'ackley-20' }),
    ]);
    expect([half.means, methodIn(half, 'cma-es')?.recommended[0].mean]).toEqual([[], -3]);
  });

  it('keeps runs with and without seed points apart', () => {
    const { problems } = summarise([run('random', 0, 4), run('random', 0, 4, { seeded: 'all' })]);
    expect(problems).toHaveLength(2);
  });

  it('puts the emulator first and methods in the order of the tables', () => {
    const { problems } = summarise([
      run('random', 0, 4),
      run('bo-search', 0, 4),
      run('random', 0, 4, { problem: 'emulator-fine' }),
    ]);
    expect(problems.map(({ problem }) => problem)).toEqual(['emulator-fine', 'levy-16']);
    expect(problems[1].methods.map(({ method }) => method)).toEqual(['bo-search', 'random']);
  });
});
