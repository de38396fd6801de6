/**
 * α values as an SVG picture: the first schedule as bars, the others as lines with points, one latent a column.
 *
 * Colours follow the viewer's light or dark preference; every series differs in shape and dash as well as in colour.
 */
import type { NamedAlphas } from './alphas-picture.js';
import { escapeXml, fixed, FONT } from './svg-text.js';

const MARGIN = { top: 64, right: 24, left: 48 };
const PLOT_HEIGHT = 260;
const COLUMN = { least: 26, most: 56 };
/** Width of a character of the axis labels, in units of the picture. */
const LETTER = 6.6;

/** Plain rules, no variables: many viewers know none. */
const STYLE = `
  text { font-family: ${FONT}; font-size: 12px; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .soft { fill: #59636e; }
  .rule { stroke: #d8dee4; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .paper { fill: #ffffff; }
  .point { stroke: #ffffff; stroke-width: 1.5; }
  .f0 { fill: #6cb0ff; } .f1 { fill: #bc4c00; } .f2 { fill: #1a7f37; } .f3 { fill: #8250df; }
  .s1 { stroke: #bc4c00; } .s2 { stroke: #1a7f37; } .s3 { stroke: #8250df; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .soft { fill: #9198a1; }
    .rule { stroke: #2f3742; }
    .paper { fill: #0d1117; }
    .point { stroke: #0d1117; }
    .f0 { fill: #1f5fbf; } .f1 { fill: #f0883e; } .f2 { fill: #3fb950; } .f3 { fill: #ab7df8; }
    .s1 { stroke: #f0883e; } .s2 { stroke: #3fb950; } .s3 { stroke: #ab7df8; }
  }`;

export interface AlphasSvgOptions {
  /** Heading; default `α of each latent`. */
  readonly title?: string;
}

/**
 * The picture as text of an SVG file.
 * @param latents - names of the latents (N).
 * @param schedules - from one to four, each with N alphas.
 */
export function alphasSvg(
  latents: readonly string[],
  schedules: readonly NamedAlphas[],
  options: AlphasSvgOptions = {},
): string {
  const n = latents.length;
  const longest = Math.max(...latents.map((name) => name.length));
  const column = Math.min(COLUMN.most, Math.max(COLUMN.least, 640 / n));
  const turned = longest * LETTER > column - 4;
  const labels = turned ? Math.min(160, longest * LETTER * 0.75) + 26 : 34;
  // The first turned name reaches out to the left of its column.
  const left = turned ? Math.max(MARGIN.left, labels - column / 2) : MARGIN.left;
  const width = Math.max(left + n * column + MARGIN.right, 460);
  const height = MARGIN.top + PLOT_HEIGHT + labels + 22;
  const title = options.title ?? 'α of each latent';
  const frame: Frame = { column, x0: left, y0: MARGIN.top + PLOT_HEIGHT, n };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fixed(width)} ${fixed(height)}" width="${fixed(width)}" height="${fixed(height)}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(description(latents, schedules))}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="100%" height="100%"/>`,
    `<text class="title" x="${fixed(left)}" y="24">${escapeXml(title)}</text>`,
    ...legend(schedules, left),
    ...axis(frame),
    ...bars(schedules[0], frame),
    ...schedules.slice(1).flatMap((schedule, i) => line(schedule, i + 1, frame)),
    ...names(latents, frame, turned),
    `<text class="soft" x="${fixed(left)}" y="${fixed(height - 10)}">0 keeps a latent, 1 re-samples it; latents in the order of the model</text>`,
    '</svg>',
    '',
  ].join('\n');
}

interface Frame {
  readonly column: number;
  /** Left end and bottom of the plot. */
  readonly x0: number;
  readonly y0: number;
  readonly n: number;
}

const centre = (frame: Frame, i: number): number => frame.x0 + (i + 0.5) * frame.column;
const level = (frame: Frame, alpha: number): number => frame.y0 - alpha * PLOT_HEIGHT;
const dash = (i: number): string => ['', '6 4', '2 3', '9 3 2 3'][i % 4];

function legend(schedules: readonly NamedAlphas[], left: number): string[] {
  let x = left;
  return schedules.flatMap(({ name }, i) => {
    const at = x;
    x += 30 + name.length * 7 + 18;
    const mark =
      i === 0
        ? `<rect x="${fixed(at)}" y="37" width="22" height="10" rx="2" class="f0"/>`
        : `<line x1="${fixed(at)}" x2="${fixed(at + 22)}" y1="42" y2="42" class="line s${i % 4}" stroke-dasharray="${dash(i)}"/>${point(at + 11, 42, i)}`;
    return [mark, `<text x="${fixed(at + 28)}" y="46">${escapeXml(name)}</text>`];
  });
}

function axis(frame: Frame): string[] {
  const right = frame.x0 + frame.n * frame.column;
  return [0, 0.25, 0.5, 0.75, 1].flatMap((alpha) => {
    const y = fixed(level(frame, alpha));
    return [
      `<line class="rule" x1="${fixed(frame.x0)}" x2="${fixed(right)}" y1="${y}" y2="${y}"/>`,
      `<text class="soft" x="${fixed(frame.x0 - 8)}" y="${y}" dy="4" text-anchor="end">${alpha}</text>`,
    ];
  });
}

function bars(schedule: NamedAlphas, frame: Frame): string[] {
  const wide = 0.62 * frame.column;
  return schedule.alphas.map((alpha, i) => {
    // A kept latent is drawn as a sliver: nothing at all would read as nothing measured.
    const high = Math.max(2, alpha * PLOT_HEIGHT);
    const x = fixed(centre(frame, i) - wide / 2);
    return `<rect class="f0" x="${x}" y="${fixed(frame.y0 - high)}" width="${fixed(wide)}" height="${fixed(high)}" rx="2"><title>${alpha}</title></rect>`;
  });
}

function line(schedule: NamedAlphas, s: number, frame: Frame): string[] {
  const at = schedule.alphas.map((alpha, i) => [centre(frame, i), level(frame, alpha)] as const);
  const path = at.map(([x, y]) => `${fixed(x)},${fixed(y)}`).join(' ');
  return [
    `<polyline class="line s${s % 4}" stroke-dasharray="${dash(s)}" points="${path}"/>`,
    ...at.map(([x, y]) => point(x, y, s)),
  ];
}

/** Circles, squares and diamonds, with a rim that keeps them apart from bars behind. */
function point(x: number, y: number, s: number): string {
  const look = `class="point f${s % 4}"`;
  if (s % 2 === 1) return `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="4" ${look}/>`;
  const turn = s % 4 === 0 ? ` transform="rotate(45 ${fixed(x)} ${fixed(y)})"` : '';
  return `<rect x="${fixed(x - 3.5)}" y="${fixed(y - 3.5)}" width="7" height="7" ${look}${turn}/>`;
}

function names(latents: readonly string[], frame: Frame, turned: boolean): string[] {
  return latents.map((name, i) => {
    const [x, y] = [fixed(centre(frame, i)), fixed(frame.y0 + 18)];
    const shown = escapeXml(name.length <= 28 ? name : `${name.slice(0, 27)}…`);
    return turned
      ? `<text class="soft" x="${x}" y="${y}" text-anchor="end" transform="rotate(-45 ${x} ${y})">${shown}</text>`
      : `<text class="soft" x="${x}" y="${y}" text-anchor="middle">${shown}</text>`;
  });
}

function description(latents: readonly string[], schedules: readonly NamedAlphas[]): string {
  return schedules
    .map(({ name, alphas }) => `${name}: ${latents.map((l, i) => `${l} ${alphas[i].toFixed(2)}`).join(', ')}`)
    .join('. ');
}
