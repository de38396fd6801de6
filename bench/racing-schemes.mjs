// Schemes of judging: which blocks a trial is judged on, and who is judged again on fresh ones.

/**
 * @typedef {object} Scheme
 * @property {(blocks: number) => object} settings - of the bayes policy.
 * @property {(run: object) => Promise<void>} judge - judges one trial and ends it.
 * @property {number} finalists - points judged on fresh blocks at the end.
 * @property {number} fresh - fresh blocks of each.
 */

const FINALISTS = 4;
const FRESH = 2;

const racing = (settings = {}, rest = {}) => ({
  settings: (blocks) => ({ ...rest.policy, racing: { blocks, ...settings } }),
  judge: byDecision,
  finalists: rest.finalists ?? FINALISTS,
  fresh: rest.fresh ?? FRESH,
});

/** A model that knows no blocks; trials are judged by `judge`. */
const plain = (judge, rest = {}) => ({
  settings: () => rest.policy ?? {},
  judge,
  evaluations: rest.evaluations,
  finalists: 0,
  fresh: 0,
});

/** @type {Record<string, Scheme>} */
export const SCHEMES = {
  full: plain(onAll),
  race: racing(),
  'race; same block': racing({ order: 'same' }),
  'race; no finalists': racing({}, { finalists: 0, fresh: 0 }),
  'race; 8 finalists': racing({}, { finalists: 8, fresh: 2 }),
  'race; logit': racing({}, { policy: { transform: 'logit' } }),
  'race; promote 10': racing({ promote: 10 }),
  'race; promote 4': racing({ promote: 4 }),
  'race; start 2': racing({ start: 2 }),
  'race; futility 0.9': racing({ futility: 0.9 }),
  'race; futility 0.5': racing({ futility: 0.5 }),
  'race; futility 0.5, promote 1': racing({ futility: 0.5, promote: 1 }),
  'low-fidelity-50': plain((run) => onFirst(run, 2)),
  'low-fidelity-25': plain((run) => onFirst(run, 1)),
  'few-full': plain(onAll),
  naive: plain(naiveRace()),
  'naive; 100 evaluations': plain(naiveRace(), { evaluations: 100 }),
};

/** The policy's plan, block by block, until it stops. */
async function byDecision({ study, trial, problem, left }) {
  for (const b of trial.blocks) {
    const decision = await study.report(trial, await problem.block(trial.alphas, b));
    if (decision === 'stop' || left() <= 0) break;
  }
  await study.tell(trial);
}

async function onAll(run) {
  await onFirst(run, run.blocks);
}

async function onFirst({ study, trial, problem }, count) {
  for (let b = 0; b < count; b++) await study.report(trial, await problem.block(trial.alphas, b));
  await study.tell(trial);
}

/**
 * 1, 2, 4, 8 blocks; a point is dropped where its mean is more than one standard error of the paired difference below that
 * of the incumbent: the best mean among points that were judged on all blocks. No model of blocks, no correction for looking
 * more than once.
 */
function naiveRace() {
  const state = new WeakMap();
  return async ({ study, trial, problem, blocks }) => {
    const { clean = 0.5, robust = 0.5 } = problem.weights ?? {};
    const score = ({ outcomes }) =>
      Array.from(
        outcomes.robust ?? outcomes.clean,
        (_, i) => clean * Number(outcomes.clean?.[i] ?? 0) + robust * Number(outcomes.robust?.[i] ?? 0),
      );
    const incumbent = state.get(study);
    const own = [];
    for (let b = 0; b < blocks; b++) {
      const block = await problem.block(trial.alphas, b);
      own.push(...score(block));
      await study.report(trial, block);
      if (![1, 2, 4].includes(b + 1) || incumbent === undefined) continue;
      const differences = own.map((s, i) => s - incumbent.scores[i]);
      const { mean, error } = meanAndError(differences);
      if (mean < -error) break;
    }
    await study.tell(trial);
    const { mean } = meanAndError(own);
    const full = own.length === 25 * blocks;
    if (full && (incumbent === undefined || mean > incumbent.mean)) state.set(study, { scores: own, mean });
  };
}

function meanAndError(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const square = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, error: Math.sqrt(square / values.length) };
}
