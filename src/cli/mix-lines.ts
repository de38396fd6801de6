/** What mixing codes found, in words: which latents hold the class, and how often they decide. */
import type { FollowedShares, MixedLatent, MixResults, RandomLatents } from '../search/index.js';
import { percent, rough, signed } from './explain-words.js';

const REASONS: Readonly<Record<MixedLatent['reason'], string>> = {
  'kept-and-matters': 'kept, and matters',
  kept: 'kept',
  'kept-but-indifferent': 'kept, but indifferent',
  're-sampled': 're-sampled',
};

export function mixLines(results: MixResults): string[] {
  return ['', ...latentLines(results), '', ...shareLines(results), '', ...differenceLines(results)];
}

function latentLines({ latents, rule }: MixResults): string[] {
  const withLoss = latents.some(({ loss }) => loss !== undefined);
  const head = [
    'latent',
    'α',
    'codes',
    'why',
    ...(withLoss ? ['loss if re-sampled', 'total effect %'] : []),
    'size',
  ];
  const rows = latents.map(
    ({ name, effectiveAlpha, role, reason, loss, totalEffect, residualSize, live }) => [
      name,
      effectiveAlpha.toFixed(2),
      role,
      REASONS[reason],
      ...(loss === undefined ? [] : [lossText(loss)]),
      ...(totalEffect === undefined
        ? []
        : [`${percent(totalEffect.mean)} [${totalEffect.interval.map(percent).join(', ')}]`]),
      `${rough(residualSize)}${live ? '' : ' (carries nothing)'}`,
    ],
  );
  return [...table([head, ...rows]), rule.says];
}

/** A latent that is re-sampled in full has nothing more to lose. */
function lossText({ mean, sd }: NonNullable<MixedLatent['loss']>): string {
  return mean === 0 && sd === 0 ? 'already so' : `${signed(mean)} ±${rough(sd)}`;
}

function shareLines({ images, pairs, classCodes, reEncoded, random }: MixResults): string[] {
  const rows = [
    ['class codes of A, details of B', ...cells(classCodes)],
    ['the same, B encoded again', ...cells(reEncoded)],
    ...random.map((one) => [randomName(one), ...cells(one.shares)]),
  ];
  return [
    `${pairs.count} pairs of ${pairs.images} held-out images (of ${images.chosen}; ${images.right} are right when only decoded): the classifier answers, in percent,`,
    ...table([['', "A's class", "B's class", 'another'], ...rows]),
  ];
}

function differenceLines({ random }: MixResults): string[] {
  return random.map((one) => {
    const { difference, asOften, subsets, outOf } = one;
    const [low, high] = difference.interval.map((end) => points(end));
    const drawn = subsets.length === outOf ? `all ${outOf}` : `${subsets.length} of ${outOf}`;
    return `class codes − ${randomName(one)}: ${points(difference.mean)} points [${low}, ${high}]; ${drawn} subsets tried, ${asOften} of them followed as often or more`;
  });
}

function randomName({ from, size }: RandomLatents): string {
  return `${size} random ${from === 'live' ? 'live ' : ''}${size === 1 ? 'latent' : 'latents'}`;
}

function cells({ a, b, other }: FollowedShares): string[] {
  return [a, b, other].map(({ mean, interval }) => `${share(mean)} [${interval.map(share).join(', ')}]`);
}

function share(value: number): string {
  return (100 * value).toFixed(1);
}

function points(value: number): string {
  const text = share(value);
  return value > 0 ? `+${text}` : text.replace('-', '−');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_cell, i) => Math.max(...rows.map((cellsOf) => cellsOf[i].length)));
  return rows.map((cellsOf) =>
    cellsOf
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}
