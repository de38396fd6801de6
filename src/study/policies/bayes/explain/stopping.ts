/**
 * Whether another evaluation pays: the expected gain of the best next one against what the recommendation is sure of.
 *
 * The gain is corrected expected improvement over the recommended point's own value, at its maximum over the cube, in units
 * of the objective (linear at the recommended point). Little is to be gained once it stayed below a share of the
 * recommendation's standard error several times in a row: a difference that small would not be seen. Whoever knows what an
 * evaluation is worth, in units of the objective, compares the gain with that instead.
 * Sources: Zhou, Ma and Blaschko 2023, arXiv:2310.05166 (corrected improvement); Xie et al. 2025, arXiv:2507.12453 (stopping
 * when the expected improvement falls below the cost of an evaluation).
 */
import { maximizeAcquisition, noisyLogExpectedImprovement } from '../../../../acquisition/index.js';
import { randomStream, sobolPoints, MAX_SOBOL_DIMENSIONS } from '../../../../math/index.js';
import type { StoppingAdvice } from '../../explanation.js';
import type { PolicyContext } from '../../policy.js';
import { concatenate } from '../concatenate.js';
import { isInitial } from '../initial-design.js';
import { evaluationBudget } from '../search.js';
import type { BayesSettings } from '../settings.js';
import { Z95 } from '../z95.js';
import type { PosteriorDraws } from './posterior-draws.js';
import { type Fitted, fittedAt } from './fitted.js';
import type { Units } from './units.js';

/** Little to gain: below this share of the standard error, so many times in a row. */
const SHARE = 0.2;
const PATIENCE = 5;

/** Points anywhere in the cube among the candidates of what is left to gain. */
const ANYWHERE = 512;

export interface StoppingInput {
  readonly context: PolicyContext;
  readonly settings: BayesSettings;
  readonly fitted: Fitted;
  readonly draws: PosteriorDraws;
  readonly units: Units;
  /** The model and recommendation of any earlier history; undefined where there is none. */
  readonly fitOf: (context: PolicyContext) => Fitted | undefined;
}

export function stoppingAdvice(input: StoppingInput): StoppingAdvice {
  const { context, settings, fitted, draws, units } = input;
  const { gain: expectedGain, x } = bestGain(context, settings, fitted);
  const recentGains = [...earlierGains(input), expectedGain];
  const [low, high] = fitted.recommended.interval;
  const standardError = (high - low) / (2 * Z95);
  const { gain: gainLeft, candidates } = leftOf(context, fitted, draws, units, x);
  return {
    verdict: verdictOf(isInitial(context, settings), recentGains, SHARE * standardError),
    expectedGain,
    recentGains,
    gainLeft,
    candidates,
    standardError,
    share: SHARE,
    patience: PATIENCE,
  };
}

function verdictOf(early: boolean, gains: readonly number[], bar: number): StoppingAdvice['verdict'] {
  if (early) return 'too-early';
  if (!(gains[gains.length - 1] < bar)) return 'go-on';
  return gains.length >= PATIENCE && gains.every((gain) => gain < bar) ? 'little-to-gain' : 'nearly';
}

/** The greatest gain before each of the last trials that ended, oldest first: running ones have taught nothing yet. */
function earlierGains({ context, settings, fitOf }: StoppingInput): readonly number[] {
  const gains: number[] = [];
  const ended = context.trials.filter(({ outcome }) => outcome !== undefined);
  for (const { number } of ended.slice(1 - PATIENCE)) {
    const then = { ...context, trials: context.trials.slice(0, number) };
    const fitted = isInitial(then, settings) ? undefined : fitOf(then);
    if (fitted !== undefined) gains.push(bestGain(then, settings, fitted).gain);
  }
  return gains;
}

/** Where the corrected improvement over the recommended point is greatest, and the gain there. */
function bestGain(
  { seed, trials }: PolicyContext,
  settings: BayesSettings,
  { model, recommended }: Fitted,
): { readonly gain: number; readonly x: Float64Array } {
  const { gp } = model.surrogate;
  const incumbent = Float64Array.from(trials[recommended.trial].unit);
  const { x, value } = maximizeAcquisition(noisyLogExpectedImprovement(gp, { incumbents: incumbent }), {
    stream: randomStream(seed, trials.length, 'explain', 'gain'),
    scales: gp.hyperparameters.lengthscales,
    rawPoints: settings.candidates,
    centres: incumbent,
    given: flips(incumbent),
    starts: settings.starts,
    budget: evaluationBudget(gp.n),
  });
  return { gain: inObjective(fittedAt(model, incumbent), value), x };
}

/** A log improvement, standardised, as a difference of the objective at a standardised value of known slope. */
export function inObjective({ slope }: { readonly slope: number }, logImprovement: number): number {
  return Number.isNaN(logImprovement) ? 0 : slope * Math.exp(logImprovement);
}

/** Mean over the draws of the best candidate's lead over the recommended point. */
function leftOf(
  { seed, trials, dimension: d }: PolicyContext,
  { model, recommended }: Fitted,
  draws: PosteriorDraws,
  units: Units,
  best: Float64Array,
): { readonly gain: number; readonly candidates: number } {
  const incumbent = Float64Array.from(trials[recommended.trial].unit);
  const stream = randomStream(seed, trials.length, 'explain', 'left');
  const anywhere =
    d <= MAX_SOBOL_DIMENSIONS ? sobolPoints(ANYWHERE, d, { scramble: stream }) : new Float64Array(0);
  const x = concatenate(incumbent, model.surrogate.gp.data.x, flips(incumbent), best, anywhere);
  const q = x.length / d;
  const values = draws.at(x, q);
  let gain = 0;
  for (let s = 0; s < draws.count; s++) {
    const row = values.subarray(s * q, (s + 1) * q).map((z) => units.sign * units.toObjective(z));
    gain += (row.reduce((a, b) => Math.max(a, b), -Infinity) - row[0]) / draws.count;
  }
  return { gain, candidates: q };
}

/** The point with each coordinate alone at 0, and at 1; shape (2d, d). */
function flips(point: Float64Array): Float64Array {
  const d = point.length;
  const out = new Float64Array(2 * d * d);
  for (let row = 0; row < 2 * d; row++) {
    out.set(point, row * d);
    out[row * d + (row >> 1)] = row % 2;
  }
  return out;
}
