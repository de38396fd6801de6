/**
 * One panel of the evaluation picture: success rate against the bound under one attack, one line a defence.
 *
 * Staircases have a band of pointwise intervals, points have whiskers; lines are solid without preprocessing and dashed
 * with it.
 */
import type { Estimate } from '../schedules/index.js';
import { escapeXml, fixed } from './svg-text.js';

export const PANEL = { width: 400, height: 250, left: 46, top: 34, right: 14, bottom: 44 };

/** Number of colours that tell lines apart. */
export const COLOURS = 8;

/** Marks of a staircase, so that lines are told apart without colour. */
const MARKS = 5;

/** Horizontal distance of the whiskers of neighbouring lines, in units of the picture. */
const DODGE = 1.8;

export interface CurveToDraw {
  readonly defence: string;
  /** Lines of one group share a colour. */
  readonly group: string;
  readonly preprocessed: boolean;
  /** Heading of the panel. */
  readonly attack: string;
  readonly norm: 'l2' | 'linf';
  readonly form: 'steps' | 'points';
  readonly images: number;
  /** Increasing bounds from 0. */
  readonly points: readonly { readonly bound: number; readonly success: Estimate }[];
}

export interface PanelToDraw {
  readonly curves: readonly CurveToDraw[];
  /** Right end of the axis. */
  readonly maxBound: number;
  /** Number of a group's colour, from 0. */
  readonly colourOf: (group: string) => number;
  /** Top left corner. */
  readonly x: number;
  readonly y: number;
}

/** Elements of a panel. @param panel.curves - at least one, all of the same attack. */
export function panelSvg(panel: PanelToDraw): string[] {
  const { curves, maxBound } = panel;
  const [{ attack, norm, images }] = curves;
  const frame: Frame = {
    x0: panel.x + PANEL.left,
    y0: panel.y + PANEL.height - PANEL.bottom,
    width: PANEL.width - PANEL.left - PANEL.right,
    height: PANEL.height - PANEL.top - PANEL.bottom,
    maxBound,
  };
  const offset = (i: number) => (i - (curves.length - 1) / 2) * DODGE;
  return [
    `<text class="panel" x="${fixed(frame.x0)}" y="${fixed(panel.y + 20)}">${escapeXml(attack)} <tspan class="soft">(${images} images)</tspan></text>`,
    ...axes(frame, norm),
    ...curves.flatMap((curve) =>
      curve.form === 'steps' ? band(curve, frame, panel.colourOf(curve.group)) : [],
    ),
    ...curves.flatMap((curve, i) => {
      const colour = panel.colourOf(curve.group);
      return curve.form === 'steps'
        ? staircase(curve, frame, colour, i / curves.length)
        : pointsLine(curve, frame, colour, offset(i));
    }),
  ];
}

/** Circle, square, diamond, triangles and rings, so that eight lines differ in shape too. */
export function mark(x: number, y: number, colour: number): string {
  const look = `class="mark f${colour}"`;
  const at = `${fixed(x)} ${fixed(y)}`;
  const shape = (d: string) => `<path d="M${at}${d}" ${look}/>`;
  switch (colour % COLOURS) {
    case 0:
      return `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3.8" ${look}/>`;
    case 1:
      return shape('m-3.4-3.4h6.8v6.8h-6.8z');
    case 2:
      return shape('m0-4.8l4.8 4.8l-4.8 4.8l-4.8-4.8z');
    case 3:
      return shape('m0-4.6l4.6 7.8h-9.2z');
    case 4:
      return shape('m0 4.6l4.6-7.8h-9.2z');
    case 5:
      return shape('m-4.6 0l7.8-4.6v9.2z');
    case 6:
      return shape('m4.6 0l-7.8-4.6v9.2z');
    default:
      return shape('m-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z');
  }
}

interface Frame {
  /** Left end and bottom of the plot. */
  readonly x0: number;
  readonly y0: number;
  readonly width: number;
  readonly height: number;
  readonly maxBound: number;
}

const across = (frame: Frame, bound: number): number => frame.x0 + (bound / frame.maxBound) * frame.width;
const up = (frame: Frame, share: number): number => frame.y0 - share * frame.height;

function axes(frame: Frame, norm: 'l2' | 'linf'): string[] {
  const right = fixed(frame.x0 + frame.width);
  const levels = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const y = fixed(up(frame, share));
    return [
      `<line class="rule" x1="${fixed(frame.x0)}" x2="${right}" y1="${y}" y2="${y}"/>`,
      `<text class="soft" x="${fixed(frame.x0 - 7)}" y="${y}" dy="4" text-anchor="end">${100 * share} %</text>`,
    ];
  });
  const ticks = ticksTo(frame.maxBound).flatMap((bound) => {
    const x = fixed(across(frame, bound));
    return [
      `<line class="rule" x1="${x}" x2="${x}" y1="${fixed(frame.y0)}" y2="${fixed(frame.y0 + 5)}"/>`,
      `<text class="soft" x="${x}" y="${fixed(frame.y0 + 18)}" text-anchor="middle">${bound}</text>`,
    ];
  });
  const middle = fixed(frame.x0 + frame.width / 2);
  const label = norm === 'l2' ? 'L2 bound' : 'L∞ bound';
  return [
    ...levels,
    ...ticks,
    `<text class="soft" x="${middle}" y="${fixed(frame.y0 + 36)}" text-anchor="middle">${label}</text>`,
  ];
}

/** Round numbers from 0 on, four to eight of them. */
function ticksTo(max: number): number[] {
  const power = 10 ** Math.floor(Math.log10(max / 4));
  const step = [5, 2, 1].map((factor) => factor * power).find((one) => max / one >= 4) ?? power;
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(12)),
  );
}

/** The points of a staircase that can be seen apart: one for each unit of the picture, the last of those that share it. */
function visible({ points }: CurveToDraw, frame: Frame): { x: number; success: Estimate }[] {
  const shown = new Map<number, Estimate>();
  for (const { bound, success } of points) {
    if (bound <= frame.maxBound) shown.set(Math.round(across(frame, bound)), success);
  }
  return Array.from(shown, ([x, success]) => ({ x, success }));
}

function staircase(curve: CurveToDraw, frame: Frame, colour: number, shift: number): string[] {
  const shown = visible(curve, frame);
  const path = shown.map(({ x, success }, i) => {
    const y = fixed(up(frame, success.mean));
    return i === 0 ? `M${x} ${y}` : `H${x}V${y}`;
  });
  const marks = Array.from({ length: MARKS }, (_, i) => {
    const x = frame.x0 + ((i + 0.15 + 0.8 * shift) / MARKS) * frame.width;
    return mark(x, up(frame, levelAt(shown, x).mean), colour);
  });
  return [
    `<path class="line s${colour}"${dash(curve)} d="${path.join('')}H${fixed(frame.x0 + frame.width)}">${title(curve)}</path>`,
    ...marks,
  ];
}

/** The last point no farther right than x; the first is at 0. */
function levelAt(shown: readonly { x: number; success: Estimate }[], x: number): Estimate {
  return (shown.findLast((point) => point.x <= x) ?? shown[0]).success;
}

/** Pointwise intervals: along the upper ends to the right, and back along the lower ones. */
function band(curve: CurveToDraw, frame: Frame, colour: number): string[] {
  const shown = visible(curve, frame);
  const y = (success: Estimate, end: 0 | 1) => fixed(up(frame, success.interval[end]));
  const there = shown.map(({ x, success }, i) =>
    i === 0 ? `M${x} ${y(success, 1)}` : `H${x}V${y(success, 1)}`,
  );
  const back = shown.map(({ x, success }) => `V${y(success, 0)}H${x}`).reverse();
  const right = fixed(frame.x0 + frame.width);
  return [`<path class="band f${colour}" d="${there.join('')}H${right}${back.join('')}Z"/>`];
}

function pointsLine(curve: CurveToDraw, frame: Frame, colour: number, offset: number): string[] {
  const shown = curve.points.filter(({ bound }) => bound <= frame.maxBound);
  const at = shown.map(({ bound, success }) => ({
    x: across(frame, bound) + (bound === 0 ? 0 : offset),
    y: up(frame, success.mean),
    low: up(frame, success.interval[0]),
    high: up(frame, success.interval[1]),
  }));
  const path = at.map(({ x, y }) => `${fixed(x)},${fixed(y)}`).join(' ');
  const whiskers = at
    .slice(1)
    .map(
      ({ x, low, high }) =>
        `<line class="whisker s${colour}" x1="${fixed(x)}" x2="${fixed(x)}" y1="${fixed(low)}" y2="${fixed(high)}"/>`,
    );
  return [
    ...whiskers,
    `<polyline class="line s${colour}"${dash(curve)} points="${path}">${title(curve)}</polyline>`,
    ...at.map(({ x, y }) => mark(x, y, colour)),
  ];
}

function dash({ preprocessed }: CurveToDraw): string {
  return preprocessed ? ' stroke-dasharray="6 4"' : '';
}

function title({ defence }: CurveToDraw): string {
  return `<title>${escapeXml(defence)}</title>`;
}
