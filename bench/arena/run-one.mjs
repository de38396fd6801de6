// One run of the arena: a method on a problem under a seed, and what it would recommend on the way.
import { versions } from 'node:process';
import { observedValue } from '../../dist/index.js';
import { quantile } from '../report.mjs';

const EVERY = 10;
const MILESTONES = [25, 50, 100];

/**
 * @typedef {object} Contestant
 * @property {() => Promise<{ point: readonly number[], cpu: number }>} ask - cpu: seconds this ask took.
 * @property {(outcome: import('../../dist/index.js').Outcome, blocks?: import('../../dist/index.js').OutcomeBlock[]) => Promise<void>} tell - of the point asked last.
 * @property {() => Promise<{ point: readonly number[], also?: readonly number[], degraded?: number }>} recommend
 * @property {object} versions
 * @property {() => Promise<void>} close
 */

/**
 * @param {(task: object) => Promise<Contestant>} begin
 * @param {import('./problems/arena-problems.mjs').ArenaProblem} problem
 * @param {{ method: string, seed: number, seeded: 'none' | 'all' }} about
 * @returns {Promise<object>} the record of the run: true values, CPU seconds, versions.
 */
export async function runOne(begin, problem, { method, seed, seeded }) {
  const points = seeded === 'all' ? problem.seedPoints : [];
  const contestant = await begin({ problem, seed, points });
  const record = {
    method,
    problem: problem.name,
    seed,
    seeded,
    evaluations: problem.budget,
    direction: problem.direction,
    optimum: problem.optimum,
    recommended: {},
    also: {},
    visited: {},
  };
  try {
    const cpu = await evaluations(contestant, problem, record);
    return {
      ...withoutEmpty(record),
      ask: figures(cpu),
      versions: { node: versions.node, ...contestant.versions },
    };
  } finally {
    await contestant.close();
  }
}

async function evaluations(contestant, problem, record) {
  const cpu = [];
  let visited;
  for (let number = 0; number < problem.budget; number++) {
    const { point, cpu: seconds } = await contestant.ask();
    cpu.push(seconds);
    const outcome = await problem.evaluate(point, number);
    await contestant.tell(outcome, observedValue(outcome), problem.blocks?.(point));
    visited = better(problem, visited, problem.truth(point));
    if (isCheckpoint(number + 1, problem.budget))
      await checkpoint(contestant, problem, record, number + 1, visited);
  }
  return cpu;
}

async function checkpoint(contestant, problem, record, n, visited) {
  const { point, also, degraded } = await contestant.recommend();
  record.recommended[n] = rounded(problem.truth(point));
  if (also !== undefined) record.also[n] = rounded(problem.truth(also));
  if (degraded !== undefined) record.degraded = degraded;
  record.visited[n] = rounded(visited);
}

function isCheckpoint(n, budget) {
  return n % (budget > 100 ? 2 * EVERY : EVERY) === 0 || MILESTONES.includes(n) || n === budget;
}

function better({ direction }, a, b) {
  if (a === undefined) return b;
  return direction === 'maximize' ? Math.max(a, b) : Math.min(a, b);
}

function rounded(value) {
  return Number(value.toPrecision(8));
}

/** CPU seconds of the asks. */
function figures(cpu) {
  const short = (seconds) => Number(seconds.toFixed(4));
  return {
    total: short(cpu.reduce((a, b) => a + b, 0)),
    median: short(quantile(cpu, 0.5)),
    p95: short(quantile(cpu, 0.95)),
    greatest: short(Math.max(...cpu)),
    lastTenMedian: short(quantile(cpu.slice(-10), 0.5)),
  };
}

function withoutEmpty(record) {
  const { also, ...rest } = record;
  return Object.keys(also).length === 0 ? rest : { ...rest, also };
}
