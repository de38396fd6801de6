/**
 * The program that `sigkill.test.ts` kills: it runs a study in a folder to its end, or to where it is told to die.
 * It is written beside the compiled sources, so its imports are theirs.
 */

/** Where a session dies, by its own hand. `after` counts from 1. */
export type Death =
  /** In the n-th append, when that share of the line is written; 1 is all of it, not yet flushed. */
  | { readonly kind: 'append'; readonly after: number; readonly share: number }
  /** In the n-th evaluation, between ask and tell, before its block of that number. */
  | { readonly kind: 'evaluation'; readonly after: number; readonly block: number }
  /** In the n-th suggestion, at the k-th transcendental function it computes: inside a fit, where there is one. */
  | { readonly kind: 'suggestion'; readonly after: number; readonly depth: number };

/** What the program is started with, as JSON. */
export interface ChildTask {
  readonly folder: string;
  readonly policy: string;
  readonly seed: number;
  readonly evaluations: number;
  readonly death?: Death;
}

export const CHILD = `
import { open } from 'node:fs/promises';
import { randomStream } from './math/index.js';
import { alphaSpace } from './space/index.js';
import { openJournal } from './storage/index.js';
import { openStudyOn } from './study/index.js';
import { createBayesPolicy } from './study/policies/bayes/index.js';
import { createRandomPolicy } from './study/policies/random.js';
import { createSobolPolicy } from './study/policies/sobol.js';

const { folder, policy, seed, evaluations, death } = JSON.parse(process.argv[2]);
const die = () => process.kill(process.pid, 'SIGKILL');

if (death?.kind === 'append') {
  const probe = await open(process.argv[1]);
  const handles = Object.getPrototypeOf(probe);
  await probe.close();
  const { write } = handles;
  let left = death.after;
  handles.write = async function (bytes, from, length) {
    if (--left > 0) return write.call(this, bytes, from, length);
    await write.call(this, bytes, from, Math.floor(length * death.share));
    die();
  };
}

let depth = Infinity;
for (const name of ['exp', 'log', 'sqrt']) {
  const original = Math[name];
  Math[name] = (x) => {
    if (--depth <= 0) die();
    return original(x);
  };
}
let suggestions = 0;
const mortal = (make) => (settings) => {
  const made = make(settings);
  return {
    ...made,
    suggest: (context) => {
      if (death?.kind === 'suggestion' && ++suggestions === death.after) depth = death.depth;
      const suggestion = made.suggest(context);
      if (depth < Infinity) die();
      return suggestion;
    },
  };
};

let evaluated = 0;
const objective = {
  async *evaluate({ number, alphas, reported }) {
    evaluated++;
    const distance = alphas.reduce((sum, alpha, j) => sum + (alpha - (j % 2)) ** 2, 0);
    for (let block = 0; block < 3; block++) {
      if (death?.kind === 'evaluation' && evaluated === death.after && block === death.block) die();
      if (number % 7 === 3) throw new Error('this one never works');
      // every other trial starts over when it is handed out again, the others go on where they were
      if (number % 2 === 0 && block < reported.length) continue;
      const images = randomStream('images', block);
      const bits = () =>
        Array.from({ length: 8 }, () => (images.uniform() < Math.exp(-distance) ? '1' : '0')).join('');
      yield { sample: 'search', block, outcomes: { clean: bits(), robust: bits() } };
    }
  },
};

const study = await openStudyOn(
  await openJournal(folder),
  { space: alphaSpace(5, { seeds: seed % 2 === 0 }), seed, policy },
  {
    policies: {
      bayes: mortal(createBayesPolicy),
      random: mortal(createRandomPolicy),
      sobol: mortal(createSobolPolicy),
    },
    versions: { boSearch: 'test', node: process.versions.node },
  },
);
console.log('open');
await study.optimize(objective, { evaluations });
await study.close();
`;
