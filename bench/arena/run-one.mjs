// One run of the arena: a method on a problem under a seed, and what it would recommend on the way.
import { versions } from 'node:process';
import { measurementOf, observedValue } from '../../dist/index.js';
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
    await problem.close?.();
  }
}

async function evaluations(contestant, problem, record) {
  const cpu = [];
  const truth = remembered(problem.truth);
  let visited;
  for (let number = 0; number < problem.budget; number++) {
    const { point, cpu: seconds } = await contestant.ask();
    cpu.push(seconds);
    await tell(contestant, problem, point, number);
    if (!problem.costlyTruth) visited = better(problem, visited, await truth(point));
    if (isCheckpoint(number + 1, problem.budget))
      await checkpoint(contestant, truth, record, number + 1, visited);
  }
  return cpu;
}

/** What is known in blocks is judged once, block by block. */
async function tell(contestant, problem, point, number) {
  const blocks = await problem.blocks?.(point);
  const outcome =
    blocks === undefined ? problem.evaluate(point, number) : measurementOf(blocks, problem.weights);
  await contestant.tell(outcome, observedValue(outcome), blocks);
}

async function checkpoint(contestant, truth, record, n, visited) {
  const { point, also, degraded } = await contestant.recommend();
  record.recommended[n] = rounded(await truth(point));
  if (also !== undefined) record.also[n] = rounded(await truth(also));
  if (degraded !== undefined) record.degraded = degraded;
  if (visited !== undefined) record.visited[n] = rounded(visited);
}

/** The truth of a point, asked for once. */
function remembered(truth) {
  const known = new Map();
  return (point) => {
    const key = point.join();
    if (!known.has(key)) known.set(key, truth(point));
    return known.get(key);
  };
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
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => typeof value !== 'object' || Object.keys(value).length > 0),
  );
}
