/** What a study says of itself, in words: trials, model, calibration, effects, and whether to go on. */
import type {
  Calibration,
  Effects,
  Estimate,
  IndexEstimate,
  ModelExplanation,
  ParameterEffect,
  StoppingAdvice,
  StudyExplanation,
} from '../index.js';
import {
  betterEnd,
  count,
  fitReason,
  interval,
  percent,
  rough,
  row,
  short,
  signed,
  stoppingVerdict,
} from './explain-words.js';

/** @param top - most rows of the table of effects, and of the list of trials that were predicted worst. */
export function studyLines(study: StudyExplanation, top: number): string[] {
  const { explanation, noModel } = study;
  const head = [...headLines(study), row('recommended', recommendedText(study))];
  if (explanation === undefined) return [...head, row('model', `none: ${noModel ?? ''}`)];
  const { model, calibration, effects, stopping } = explanation;
  return [
    ...head,
    '',
    ...modelLines(model),
    '',
    ...calibrationLines(calibration, top),
    '',
    ...effectLines(study, model, effects, top),
    '',
    ...stoppingLines(stopping),
  ];
}

function headLines({ study, policy, direction, states, origins }: StudyExplanation): string[] {
  const total = origins.reduce((sum, { trials }) => sum + trials, 0);
  const inStates = Object.entries(states)
    .filter(([, n]) => n > 0)
    .map(([state, n]) => `${n} ${state}`);
  const from = origins.map(({ by, trials, best }) => {
    const text = `${trials} ${by}`;
    return best === undefined ? text : `${text} (best ${short(best.value)}, trial ${best.trial})`;
  });
  return [
    `${study}: ${count(total, 'trial')} (${inStates.join(', ')}), policy ${policy}, ${direction}`,
    row('from', from.join(', ')),
  ];
}

function recommendedText({
  recommended: { trial, mean, interval: ends, observed },
}: StudyExplanation): string {
  return `trial ${trial}: ${short(mean)} ${interval(ends)}; best observed: trial ${observed.trial} with ${short(observed.value)}`;
}

function modelLines(model: ModelExplanation): string[] {
  const { noise, outputScale, fence, fit, transform, acquisition, offsets, lengthscalePrior: prior } = model;
  const trial = fit.trial === undefined ? 'now' : `for trial ${fit.trial}`;
  const known = noise.knownSd === undefined ? '' : `; the outcomes' own is ±${rough(noise.knownSd)}`;
  const part = model.total === undefined ? '' : ` (of ${model.total} in all)`;
  const floor = noise.atFloor ? ', the least it may be' : '';
  const fenced =
    fence.at === undefined
      ? 'none'
      : `${count(fence.fenced, 'outcome')} worse than ${short(fence.at)} count as if they were there`;
  return [
    'Model',
    row(
      'kernel',
      `${model.kernel}, on ${count(model.observations, 'observation')}${part} of ${count(model.trials, 'trial')}`,
    ),
    row('transform', `${transform.used} (setting ${transform.setting})`),
    row(
      'mean',
      `${short(model.constantMean)}, spread ±${rough(outputScale.sd)}${outputScale.fixed ? ' (fixed)' : ''}`,
    ),
    row(
      noise.kind,
      `±${rough(noise.sd)} of the objective (variance ${rough(noise.value)} standardised${floor})${known}`,
    ),
    ...(offsets === undefined
      ? []
      : [row('images', `${offsets.groups} groups, each with an offset of ±${rough(offsets.sd)}`)]),
    row('fence', fenced),
    row(
      'lengthscales',
      `prior mode ${rough(prior.mode)} sides of the cube, ± a factor of ${rough(Math.exp(prior.common))} shared and ${rough(Math.exp(prior.own))} own`,
    ),
    row('fitted', `${trial}, to ${count(fit.observations, 'observation')}: ${fitReason(fit.reason)}`),
    row(
      'acquisition',
      acquisition.used === acquisition.setting
        ? acquisition.used
        : `${acquisition.used} (setting ${acquisition.setting})`,
    ),
    ...model.notes.map(({ message }) => row('note', message)),
  ];
}

function calibrationLines(calibration: Calibration, top: number): string[] {
  const { coverage, rmsZ, logDensity, constantLogDensity, rankCorrelation, informative, worst } = calibration;
  const shares = coverage.map(
    ({ level, inside, expected: [low, high] }) =>
      `${percent(level)} %: ${percent(inside / calibration.observations)} % (${percent(low)} to ${percent(high)})`,
  );
  const order = rankCorrelation === undefined ? '' : `; rank correlation ${rough(rankCorrelation)}`;
  const better = informative ? 'better than' : 'no better than';
  return [
    `Calibration, each observation predicted from all others: ${calibrationVerdict(calibration)}`,
    row('inside', `${shares.join(', ')}; in brackets what chance allows`),
    row('z', `${rough(rmsZ)} in root mean square; ${tailsText(calibration)}`),
    row(
      'log density',
      `${signed(logDensity)} an observation, ${better} a constant (${signed(constantLogDensity)})${order}`,
    ),
    ...worst
      .slice(0, top)
      .map(({ trial, observed, predicted, interval: ends, z }) =>
        row(
          `trial ${trial}`,
          `observed ${short(observed)}, predicted ${short(predicted)} ${interval(ends)}, z ${signed(z)}`,
        ),
      ),
  ];
}

/** Less often than this, the largest z is no chance. */
const RARE = 0.01;

function tailsText({ largestZ: { value, chance }, observations }: Calibration): string {
  const tails = chance < RARE ? ': heavier tails than the model has' : '';
  return `largest ${rough(value)}, by chance in ${rough(100 * chance)} % of cases with ${observations}${tails}`;
}

function calibrationVerdict({ verdict, observations }: Calibration): string {
  if (verdict === 'calibrated') return `calibrated, as far as ${observations} can tell`;
  if (verdict === 'heavy-tailed')
    return 'heavy-tailed: most are nearer than predicted, and some much farther';
  const how = verdict === 'over-confident' ? 'too few lie' : 'too many lie';
  return `${verdict}, for ${how} inside its intervals to be chance`;
}

function effectLines(
  { parameters, spaceKind }: StudyExplanation,
  model: ModelExplanation,
  effects: Effects,
  top: number,
): string[] {
  const order = effects.parameters
    .map((effect, j) => ({ effect, j }))
    .sort((a, b) => b.effect.total.mean - a.effect.total.mean || a.j - b.j);
  const head = ['parameter', 'total %', 'alone %', 'mean at 0 … 1', 'better', 'to 0', 'to 1', 'lengthscale'];
  const cells = order
    .slice(0, top)
    .map(({ effect, j }) => [
      parameters[j].name,
      share(effect.total),
      share(effect.first),
      curveText(effect),
      betterEnd(effect.better, spaceKind),
      change(effect.toLow),
      change(effect.toHigh),
      `${short(parameters[j].lengthscale ?? NaN)}${parameters[j].log ? ' ×' : ''} (${signed(model.lengthscales[j].fromPrior)} sd)`,
    ]);
  const left = order.length - cells.length;
  const { spread, around, draws } = effects;
  return [
    `Effects, ${draws} draws of the posterior: the objective varies by ±${rough(spread.mean)} [${rough(spread.interval[0])}, ${rough(spread.interval[1])}] over the cube`,
    ...table([head, ...cells]).map((line) => `  ${line}`),
    ...(left > 0 ? [`  … and ${left} more: --top ${order.length}`] : []),
    `  total, alone: share of that variance with and without the others (95 %); to 0, to 1: change at trial ${around} ± sd;`,
    '  lengthscale: in units of the parameter, and how far from the prior',
  ];
}

function share({ mean, interval: [low, high] }: IndexEstimate): string {
  const most0 = (value: number): string => percent(Math.max(0, value));
  return `${most0(mean)} [${most0(low)}, ${most0(high)}]`;
}

function curveText({ curve }: ParameterEffect): string {
  return curve.map(({ mean }) => mean.toPrecision(3)).join(' ');
}

function change({ mean, sd }: Estimate): string {
  return mean === 0 && sd === 0 ? 'is there' : `${signed(mean)} ±${rough(sd)}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_cell, i) => Math.max(...rows.map((cells) => cells[i].length)));
  return rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}

function stoppingLines(advice: StoppingAdvice): string[] {
  const { expectedGain, gainLeft, standardError, share: part, patience, recentGains, candidates } = advice;
  const before = recentGains.map((gain) => rough(gain)).join(', ');
  return [
    `Another evaluation: ${stoppingVerdict(advice.verdict)}`,
    row(
      'next one',
      `${rough(expectedGain)} expected over the recommended point (last ${recentGains.length}: ${before})`,
    ),
    row(
      'all others',
      `${rough(gainLeft)} if ${candidates} candidates were all known: what is left, at least`,
    ),
    row('resolution', `the recommended mean is known to ±${rough(standardError)}`),
    row(
      'rule',
      `little to gain: below ${part} of that (${rough(part * standardError)}), ${patience} times in a row; nothing stops by itself`,
    ),
  ];
}
