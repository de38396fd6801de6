// One SVG a problem: the score at recommend() against evaluations, mean and a band of one standard error.
import { BASELINES } from './summarise.mjs';

const WIDTH = 720;
const HEIGHT = 420;
const BOX = { left: 64, right: 548, top: 40, bottom: 372 };
const COLOURS = {
  'bo-search': '#000000',
  'botorch-logei': '#0072b2',
  'botorch-qlognei': '#56b4e9',
  'optuna-gp': '#d55e00',
  'optuna-tpe': '#e69f00',
  'cma-es': '#009e73',
  paper: '#cc79a7',
  'step-scan': '#7a5195',
  sobol: '#8a8a8a',
  random: '#bdbdbd',
};
const OTHERS = ['#a6761d', '#1b9e77', '#7570b3', '#e7298a', '#66a61e'];

/** @param {ReturnType<import('./summarise.mjs').summarise>['problems'][number]} problem @returns {string} */
export function plot(problem) {
  const sign = problem.direction === 'maximize' ? 1 : -1;
  const lines = problem.methods.map(({ method, recommended, seeds }, i) => ({
    method,
    seeds: seeds.length,
    colour: COLOURS[method] ?? OTHERS[i % OTHERS.length],
    points: recommended.map(({ n, mean, standardError }) => ({
      n,
      mean: sign * mean,
      error: Number.isFinite(standardError) ? standardError : 0,
    })),
  }));
  const scale = scaleOf(lines, problem.evaluations);
  const title = `${problem.problem}: ${sign === 1 ? 'true value' : 'regret'} at the recommended point, seed points for ${problem.seeded === 'all' ? 'all' : 'nobody'}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${BOX.left}" y="22" font-size="14">${title}</text>`,
    axes(scale, problem.evaluations),
    ...lines.map((line) => band(line, scale)),
    ...lines.map((line) => curve(line, scale)),
    legend(lines),
    '</svg>\n',
  ].join('\n');
}

/** Covers the curves of all methods that learn from 20 evaluations on; what is outside is not drawn. */
function scaleOf(lines, evaluations) {
  const learning = lines.filter(({ method }) => !BASELINES.includes(method));
  const values = (learning.length > 0 ? learning : lines).flatMap(({ points }) =>
    points.filter(({ n }) => n >= 20).flatMap(({ mean, error }) => [mean - error, mean + error]),
  );
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = 0.05 * (high - low || 1);
  const [least, greatest] = [low - margin, high + margin];
  return {
    least,
    greatest,
    x: (n) => BOX.left + ((BOX.right - BOX.left) * n) / evaluations,
    y: (v) => BOX.bottom - ((BOX.bottom - BOX.top) * (v - least)) / (greatest - least),
  };
}

function axes({ least, greatest, x, y }, evaluations) {
  const across = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * evaluations));
  const up = ticks(least, greatest);
  return [
    `<clipPath id="box"><rect x="${BOX.left}" y="${BOX.top}" width="${BOX.right - BOX.left}" height="${BOX.bottom - BOX.top}"/></clipPath>`,
    ...up.map(
      (v) =>
        `<line x1="${BOX.left}" x2="${BOX.right}" y1="${at(y(v))}" y2="${at(y(v))}" stroke="#e3e3e3"/><text x="${BOX.left - 8}" y="${at(y(v) + 4)}" text-anchor="end">${Number(v.toPrecision(4))}</text>`,
    ),
    ...across.map((n) => `<text x="${at(x(n))}" y="${BOX.bottom + 18}" text-anchor="middle">${n}</text>`),
    `<line x1="${BOX.left}" x2="${BOX.right}" y1="${BOX.bottom}" y2="${BOX.bottom}" stroke="#555555"/>`,
    `<text x="${(BOX.left + BOX.right) / 2}" y="${BOX.bottom + 38}" text-anchor="middle">evaluations</text>`,
  ].join('\n');
}

function ticks(least, greatest) {
  const raw = (greatest - least) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((candidate) => candidate >= raw);
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.floor(greatest / step) - first + 1 }, (_, i) => (first + i) * step);
}

function band({ points, colour }, { x, y }) {
  const upper = points.map(({ n, mean, error }) => `${at(x(n))},${at(y(mean + error))}`);
  const lower = points.map(({ n, mean, error }) => `${at(x(n))},${at(y(mean - error))}`).reverse();
  return `<polygon points="${[...upper, ...lower].join(' ')}" fill="${colour}" fill-opacity="0.12" clip-path="url(#box)"/>`;
}

function curve({ points, colour, method }, { x, y }) {
  const path = points.map(({ n, mean }) => `${at(x(n))},${at(y(mean))}`).join(' ');
  const width = method.startsWith('bo-search') ? 2.5 : 1.5;
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${width}" clip-path="url(#box)"/>`;
}

function legend(lines) {
  return lines
    .map(({ method, colour, seeds }, i) => {
      const y = BOX.top + 14 + 20 * i;
      return `<line x1="${BOX.right + 14}" x2="${BOX.right + 36}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="2.5"/><text x="${BOX.right + 42}" y="${y}">${method} (${seeds})</text>`;
    })
    .join('\n');
}

function at(value) {
  return value.toFixed(1);
}
