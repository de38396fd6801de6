// The rivals, each in a Python process of its own that lives as long as the runner: JSON lines, one thread.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const RIVAL_METHODS = [
  'optuna-gp',
  'optuna-tpe',
  'cma-es',
  'paper',
  'botorch-logei',
  'botorch-qlognei',
];

const MAIN = fileURLToPath(new URL('rivals/main.py', import.meta.url));
const ONE_THREAD = { OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };

/** Makes rivals on one Python, which is started with the first and again when it died. @param {string} python */
export function createRivals(python) {
  let server;
  return {
    /** @param {string} method @returns {(task: object) => Promise<import('./run-one.mjs').Contestant>} */
    method: (method) => async (task) => {
      if (server === undefined || !server.alive()) server = startServer(python);
      return contestant(server, method, task);
    },
    close: () => server?.end(),
  };
}

async function contestant(server, method, { problem, seed, points }) {
  const { dimension, direction, budget } = problem;
  const { versions } = await server.call({
    do: 'begin',
    method,
    dimension,
    direction,
    seed,
    budget,
    points: points.map(({ values }) => values),
  });
  let asked;
  return {
    versions,
    async ask() {
      const answer = await server.call({ do: 'ask' });
      asked = answer.point;
      return answer;
    },
    async tell(_outcome, value) {
      await server.call({ do: 'tell', point: asked, value });
    },
    recommend: () => server.call({ do: 'recommend' }),
    async close() {},
  };
}

function startServer(python) {
  const child = spawn(python, [MAIN], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...ONE_THREAD, PYTHONWARNINGS: 'ignore' },
  });
  let waiting;
  let alive = true;
  createInterface({ input: child.stdout }).on('line', (line) => waiting?.resolve(JSON.parse(line)));
  child.on('close', (code) => {
    alive = false;
    waiting?.reject(new Error(`rivals: expected an answer, the process ended with ${code}`));
  });
  child.on('error', (error) => waiting?.reject(error));
  return {
    alive: () => alive,
    end: () => child.stdin.end(),
    call: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        child.stdin.write(`${JSON.stringify(request)}\n`);
      }),
  };
}
