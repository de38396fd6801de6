/**
 * The next point by the model: the acquisition's maximum over the cube, unless that was tried already.
 *
 * Notation: n observations, d parameters, l lengthscales.
 */
import type { Acquisition, Box, MaximizeResult } from '../../../acquisition/index.js';
import { acquisitionInBox, fromBox, maximizeAcquisition, toBox } from '../../../acquisition/index.js';
import type { ExactGp } from '../../../gp/index.js';
import type { RandomStream } from '../../../math/index.js';
import { randomStream } from '../../../math/index.js';
import type { PolicyContext, PolicyNote } from '../policy.js';
import { bestPoints } from './best-points.js';
import type { Pending } from './choose-acquisition.js';
import { chooseAcquisition, failedArePending, replacementNote } from './choose-acquisition.js';
import { concatenate } from './concatenate.js';
import { freshPoint } from './fresh-point.js';
import { isNearAny } from './near-duplicates.js';
import type { Observations } from './observations.js';
import type { BayesSettings } from './settings.js';
import { trustRegion } from './trust-region.js';

/** Points of greatest posterior mean around which the search looks. */
const CENTRES = 5;

/** Local steps: this share of a lengthscale, of at most the side of the cube. */
const LOCAL_STEP = 0.1;

/** Most evaluations of one search, and most evaluations times n²: what an evaluation costs grows with n². */
const MOST_EVALUATIONS = 4096;
const MOST_WORK = 2e8;

/** A trust region is taken for at least this wide where its sides are divided by. */
const LEAST_SIDE = 1e-9;

/** Failed trials kept in mind: the newest ones. */
const MOST_FAILED = 20;

export interface Found {
  readonly x: Float64Array;
  readonly notes: readonly PolicyNote[];
}

/**
 * Where the acquisition is greatest. Running trials are pending; failed ones count as pending too, so that nothing is
 * gained by going there again (but with `ei`, see `failedArePending`). Where trying a point again would bring nothing new, and always for failed points, a
 * maximum within 1e-3 lengthscales of a known point gives way to the best of fresh points.
 */
export function searchPoint(
  context: PolicyContext,
  settings: BayesSettings,
  gp: ExactGp,
  observations: Observations,
): Found {
  const { seed, trials } = context;
  const stream = (purpose: string) => randomStream(seed, trials.length, purpose);
  const { acquisition, pending, running, failed } = acquisitionNow(context, settings, gp);
  const replaced = replacementNote(settings, acquisition, pending);
  const notes = replaced === undefined ? [] : [replaced];
  const { lengthscales } = gp.hyperparameters;
  const localSd = lengthscales.map((l) => LOCAL_STEP * Math.min(l, 1));
  const centres = bestPoints(gp, CENTRES);
  const known = observations.deterministic ? concatenate(gp.data.x, concatenate(running, failed)) : failed;
  const box = boxOf(settings, gp, observations, trials.length);
  const around = { centres, localSd };
  const { kind, x } = maximize(acquisition, settings, gp, around, box, stream('acquisition'));
  if (kind === 'maximum' && !isNearAny(x, known, lengthscales)) return { x, notes };
  const fresh = freshPoint(acquisition, centres, localSd, known, lengthscales, stream('fresh'));
  const why = kind === 'maximum' ? 'the best point was tried already' : 'the acquisition is finite nowhere';
  const message = `${why}; the best of ${fresh.looked} fresh points is taken`;
  return { x: fresh.x, notes: [...notes, { kind: 'near-duplicate', message }] };
}

/** The acquisition of the next point, and what it takes into account: points of shape (·, d). */
export interface AcquisitionNow {
  readonly acquisition: Acquisition;
  readonly pending: Pending;
  readonly running: Float64Array;
  readonly failed: Float64Array;
}

/** What the next point is worth, given the history. */
export function acquisitionNow(context: PolicyContext, settings: BayesSettings, gp: ExactGp): AcquisitionNow {
  const running = pointsOf(context, 'running');
  const failed = pointsOf(context, 'failed').slice(-MOST_FAILED * gp.dimension);
  const pending = {
    x: failedArePending(settings) ? concatenate(running, failed) : running,
    running: running.length / gp.dimension,
  };
  const fantasies = randomStream(context.seed, context.trials.length, 'fantasies');
  return { acquisition: chooseAcquisition(settings, gp, pending, fantasies), pending, running, failed };
}

/** Evaluations that a search with n observations may spend. */
export function evaluationBudget(n: number): number {
  return Math.max(64, Math.min(MOST_EVALUATIONS, Math.floor(MOST_WORK / Math.max(1, n * n))));
}

/** The trust region of the next trial; undefined where the settings want the whole cube. */
function boxOf(
  { region }: BayesSettings,
  gp: ExactGp,
  { all }: Observations,
  number: number,
): Box | undefined {
  if (region === 'never' || (region === 'alternate' && number % 2 === 0)) return undefined;
  // A model of a part of the history is of other points than all: then each of them counts as a try.
  const chosen = Array.from(
    { length: gp.n },
    (_, i) => all.length !== gp.n || all[i].trial.origin.by === 'bayes',
  );
  return trustRegion(gp, chosen);
}

function maximize(
  acquisition: Acquisition,
  settings: BayesSettings,
  gp: ExactGp,
  { centres, localSd }: { readonly centres: Float64Array; readonly localSd: Float64Array },
  box: Box | undefined,
  stream: RandomStream,
): Pick<MaximizeResult, 'kind' | 'x'> {
  const { lengthscales } = gp.hyperparameters;
  const options = {
    stream,
    scales: lengthscales,
    rawPoints: settings.candidates,
    centres,
    localSd,
    localPoints: Math.ceil(settings.candidates / 2),
    flips: settings.flips,
    starts: settings.starts,
    budget: evaluationBudget(gp.n),
  };
  if (box === undefined) return maximizeAcquisition(acquisition, options);
  const side = box.upper.map((upper, j) => Math.max(upper - box.lower[j], LEAST_SIDE));
  const { kind, x } = maximizeAcquisition(acquisitionInBox(acquisition, box), {
    ...options,
    scales: lengthscales.map((l, j) => l / side[j]),
    centres: toBox(centres, box),
    localSd: localSd.map((sd, j) => Math.min(1, sd / side[j])),
  });
  return { kind, x: fromBox(x, box) };
}

function pointsOf({ trials }: PolicyContext, state: 'running' | 'failed'): Float64Array {
  return Float64Array.from(trials.filter((trial) => trial.state === state).flatMap(({ unit }) => unit));
}
