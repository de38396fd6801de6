/** Why a trial went where it went, in words. */
import type { Foresight, TrialExplanation } from '../index.js';
import { count, interval, rough, row, short, signed } from './explain-words.js';

/** What the rules that choose points do. */
const RULES: Readonly<Record<string, string>> = {
  seed: 'a point of the space that is tried first',
  enqueued: 'somebody asked for this point',
  rescore: 'one of the best, judged again on a fresh sample',
  initial: 'the initial design, before the model chooses',
  bayes: 'where the acquisition was found greatest',
  explore: 'a point of the initial sequence, while the model saw little but noise',
  promote: 'a known point, on images it had not seen',
  random: 'a random point',
  sobol: 'the next point of a Sobol sequence',
};

/** z beyond this is far from what was predicted. */
const FAR = 2;

/** @param top - most coordinates to list. */
export function trialLines(trial: TrialExplanation, top: number): string[] {
  const { foresight, recommendedThen, pending, notes, identical, difference } = trial;
  return [
    headLine(trial),
    row(
      'from',
      `${trial.origin.label === undefined ? '' : `${trial.origin.label}, `}${trial.origin.by}${ruleOf(trial)}`,
    ),
    ...(recommendedThen === undefined
      ? [row('then', 'nothing had ended')]
      : [
          row(
            'then',
            `recommended: trial ${recommendedThen.trial} with ${short(recommendedThen.mean)} ${interval(recommendedThen.interval)}`,
          ),
          row('moved', movedText(trial, top)),
        ]),
    ...(foresight === undefined
      ? [row('predicted', 'there was no model')]
      : foresightLines(trial, foresight)),
    row('pending', pending.length === 0 ? 'none' : `trials ${pending.join(', ')}`),
    ...stoppedLines(trial),
    ...notes.map(({ message }) => row('note', message)),
    row(
      'made again',
      identical
        ? 'identical to the last bit'
        : `differs in ${difference?.path ?? 'its point'}: what is said here may not be what chose`,
    ),
  ];
}

function headLine({
  study,
  trial,
  state,
  value,
  rank,
  interval: ends,
  outcome,
  recommendedNow,
}: TrialExplanation): string {
  const parts = [`${study}: trial ${trial}, ${state}`];
  if (outcome !== undefined && 'failed' in outcome) parts.push(outcome.failed);
  if (value !== undefined) parts.push(`${short(value)}${ends === undefined ? '' : ` ${interval(ends)}`}`);
  if (rank !== undefined) parts.push(`place ${rank.place} of ${rank.of} by then`);
  if (recommendedNow) parts.push('recommended now');
  return parts.join(', ');
}

function ruleOf({ origin: { by } }: TrialExplanation): string {
  return Object.hasOwn(RULES, by) ? `: ${RULES[by]}` : '';
}

function movedText({ moved, recommendedThen }: TrialExplanation, top: number): string {
  if (moved.length === 0) return `nowhere: the point of trial ${recommendedThen?.trial ?? ''} itself`;
  const shown = moved.slice(0, top).map(({ name, from, to }) => `${name} ${short(from)} → ${short(to)}`);
  const left = moved.length - shown.length;
  return `${shown.join(', ')}${left > 0 ? `, and ${left} more` : ''}`;
}

function foresightLines({ origin }: TrialExplanation, foresight: Foresight): string[] {
  const {
    mean,
    sd,
    interval: ends,
    observations,
    expectedGain,
    incumbent,
    acquisition,
    nearest,
    z,
  } = foresight;
  const chose = origin.by === 'bayes' || origin.by === 'promote' ? '' : '; it did not choose';
  const value = acquisition.value === null ? 'worth nothing' : short(acquisition.value);
  return [
    row(
      'predicted',
      `${short(mean)} ±${rough(sd)} ${interval(ends)}, by ${count(observations, 'observation')}${chose}`,
    ),
    row(
      'worth',
      `${rough(expectedGain)} expected over trial ${incumbent.trial}; ${acquisition.name} ${value}`,
    ),
    row('nearest', `trial ${nearest.trial}, ${rough(nearest.distance)} lengthscales away`),
    ...(z === undefined ? [] : [row('came out', `z ${signed(z)}: ${surprise(z)}`)]),
  ];
}

function surprise(z: number): string {
  if (Math.abs(z) <= FAR) return 'about as predicted';
  return z > 0 ? 'better than predicted' : 'worse than predicted';
}

function stoppedLines({ stopped }: TrialExplanation): string[] {
  if (stopped === undefined) return [];
  const { block, blocks, against } = stopped;
  const when = `after block ${block}, the ${blocks}${blocks === 1 ? 'st' : 'th'} it saw`;
  if (against === undefined) return [row('stopped', when)];
  const { trial, images, difference, standardError } = against;
  return [
    row(
      'stopped',
      `${when}: ${signed(difference)} ±${rough(standardError)} against trial ${trial} on the same ${images} images`,
    ),
  ];
}
