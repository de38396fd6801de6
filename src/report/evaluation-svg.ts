/**
 * An evaluation as an SVG picture: success rate against the bound, one panel an attack, one line a defence.
 *
 * Colours are those of Okabe and Ito, darker on light paper, and follow the viewer's light or dark preference; every line
 * differs in its marks too.
 */
import { COLOURS, type CurveToDraw, mark, PANEL, panelSvg } from './evaluation-panel.js';
import { escapeXml, fixed, FONT } from './svg-text.js';

/** Plain rules, no variables: many viewers know none. */
const LIGHT = ['#0072b2', '#d55e00', '#00805f', '#b04e8c', '#a87400', '#2f8fc9', '#1f2328', '#7a828c'];
const DARK = ['#4aa8e8', '#f0793a', '#2fc79a', '#e08bbd', '#f0b429', '#9ad4f7', '#e6edf3', '#9198a1'];

const rules = (colours: readonly string[]): string =>
  colours.map((colour, i) => `.s${i} { stroke: ${colour}; } .f${i} { fill: ${colour}; }`).join(' ');

const STYLE = `
  text { font-family: ${FONT}; font-size: 12px; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .panel { font-weight: 600; }
  .soft { fill: #59636e; font-weight: 400; }
  .rule { stroke: #d8dee4; stroke-width: 1; }
  .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
  .whisker { stroke-width: 1.2; opacity: 0.55; }
  .band { opacity: 0.09; }
  .paper { fill: #ffffff; }
  .mark { stroke: #ffffff; stroke-width: 1; }
  ${rules(LIGHT)}
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .soft { fill: #9198a1; }
    .rule { stroke: #2f3742; }
    .band { opacity: 0.14; }
    .paper { fill: #0d1117; }
    .mark { stroke: #0d1117; }
    ${rules(DARK)}
  }`;

const MARGIN = { top: 40, side: 18, bottom: 30 };
const LEGEND_LINE = 20;
/** Width of a character of the legend, in units of the picture. */
const LETTER = 7;
/** Room beyond the last point or step, and how far staircases go beyond the largest budget at most. */
const ROOM = 1.05;
const BEYOND_BUDGETS = 2;

export interface EvaluationSvgOptions {
  /** Heading; default `Success of attacks against the bound`. */
  readonly title?: string;
  /** Right end of all axes; default by the data. */
  readonly maxBound?: number;
}

/**
 * The picture as text of an SVG file.
 * @param curves - in the order of the panels and, within them, of the defences; of one panel are those with the same
 * attack, norm and number of images. Without any, the picture says so.
 */
export function evaluationSvg(curves: readonly CurveToDraw[], options: EvaluationSvgOptions = {}): string {
  const panels = panelsOf(curves);
  const perRow = Math.min(2, Math.max(1, panels.length));
  const width = 2 * MARGIN.side + perRow * PANEL.width;
  const groups = [...new Set(curves.map(({ group }) => group))];
  const colourOf = (group: string) => groups.indexOf(group) % COLOURS;
  const legend = legendOf(curves, groups, width);
  const top = MARGIN.top + legend.height;
  const height = top + Math.max(1, Math.ceil(panels.length / perRow)) * PANEL.height + MARGIN.bottom;
  const title = options.title ?? 'Success of attacks against the bound';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fixed(width)} ${fixed(height)}" width="${fixed(width)}" height="${fixed(height)}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(description(panels))}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="100%" height="100%"/>`,
    `<text class="title" x="${MARGIN.side}" y="24">${escapeXml(title)}</text>`,
    ...legend.elements,
    ...panels.flatMap((own, i) =>
      panelSvg({
        curves: own,
        maxBound: options.maxBound ?? endOfAxis(own, curves),
        colourOf,
        x: MARGIN.side + (i % perRow) * PANEL.width,
        y: top + Math.floor(i / perRow) * PANEL.height,
      }),
    ),
    `<text class="soft" x="${MARGIN.side}" y="${fixed(height - 12)}">${footnote(curves)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function panelsOf(curves: readonly CurveToDraw[]): CurveToDraw[][] {
  const panels = new Map<string, CurveToDraw[]>();
  for (const curve of curves) {
    const key = JSON.stringify([curve.attack, curve.norm, curve.images]);
    panels.set(key, [...(panels.get(key) ?? []), curve]);
  }
  return [...panels.values()];
}

/** Far enough for all points; staircases end at the largest distance, or at twice the largest budget of their norm. */
function endOfAxis(own: readonly CurveToDraw[], all: readonly CurveToDraw[]): number {
  const largest = (some: readonly CurveToDraw[]) =>
    Math.max(0, ...some.flatMap(({ points }) => points.map(({ bound }) => bound)));
  const budgets = all.filter(({ form, norm }) => form === 'points' && norm === own[0].norm);
  const steps = own.filter(({ form }) => form === 'steps');
  const points = ROOM * largest(own.filter(({ form }) => form === 'points'));
  const cut = budgets.length === 0 ? Infinity : BEYOND_BUDGETS * largest(budgets);
  const end = Math.max(points, Math.min(ROOM * largest(steps), cut));
  return end > 0 ? end : 1;
}

interface Legend {
  readonly elements: readonly string[];
  readonly height: number;
}

/** One entry a group, in lines as wide as the picture; what dashes mean, where there are any. */
function legendOf(curves: readonly CurveToDraw[], groups: readonly string[], width: number): Legend {
  const dashed = curves.some(({ preprocessed }) => preprocessed);
  let [x, y] = [MARGIN.side, MARGIN.top + 6];
  const place = (text: string): { x: number; y: number } => {
    const wide = 34 + text.length * LETTER + 12;
    if (x > MARGIN.side && x + wide > width - MARGIN.side) [x, y] = [MARGIN.side, y + LEGEND_LINE];
    const at = { x, y };
    x += wide;
    return at;
  };
  const entries = groups.flatMap((group, i) => {
    const at = place(group);
    const colour = i % COLOURS;
    // a group of which all lines are dashed is dashed here
    const isDashed = curves.every((curve) => curve.group !== group || curve.preprocessed);
    return [sample(at, `s${colour}`, isDashed), mark(at.x + 13, at.y, colour), label(at, group)];
  });
  const meaning = 'dashed: with preprocessing';
  const at = dashed ? place(meaning) : undefined;
  const last = at === undefined ? [] : [sample(at, 's6', true), label(at, meaning)];
  return { elements: [...entries, ...last], height: y - MARGIN.top + 14 };
}

function sample({ x, y }: { x: number; y: number }, stroke: string, isDashed: boolean): string {
  const dash = isDashed ? ' stroke-dasharray="6 4"' : '';
  return `<line class="line ${stroke}"${dash} x1="${fixed(x)}" x2="${fixed(x + 26)}" y1="${fixed(y)}" y2="${fixed(y)}"/>`;
}

function label({ x, y }: { x: number; y: number }, text: string): string {
  return `<text x="${fixed(x + 33)}" y="${fixed(y + 4)}">${escapeXml(text)}</text>`;
}

function footnote(curves: readonly CurveToDraw[]): string {
  if (curves.length === 0) return 'nothing was attacked';
  return 'share of images misclassified, clean errors included; verified successes; bands and whiskers: 95 % intervals';
}

/** The last point of every line, for readers who see no pictures. */
function description(panels: readonly (readonly CurveToDraw[])[]): string {
  return panels
    .map((own) => {
      const lines = own.map(({ defence, points }) => {
        const last = points[points.length - 1];
        return `${defence} ${(100 * last.success.mean).toFixed(1)} % at ${Number(last.bound.toPrecision(3))}`;
      });
      return `${own[0].attack}: ${lines.join(', ')}`;
    })
    .join('. ');
}
