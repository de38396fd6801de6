/** The table at the end of a run: every schedule on the same held-out images, in percent. */
import type { Estimate } from '../schedules/index.js';
import { painted, PLAIN, type TextStyle } from './text-style.js';

/** A difference of two scores on the same images, with its 95 % interval; all in [−1, 1]. */
export interface Difference {
  readonly mean: number;
  readonly interval: readonly [number, number];
}

/** A schedule's scores. */
export interface ScoreRow {
  readonly name: string;
  readonly clean?: Estimate;
  readonly robust?: Estimate;
  readonly objective: Estimate;
  /** Learned minus this row, image by image; absent in the learned row. */
  readonly difference?: Difference;
}

const HEADINGS = ['', 'clean', 'robust', 'objective', 'learned − this'] as const;

/** Which columns show their intervals. */
interface Shown {
  readonly parts: boolean;
  readonly objective: boolean;
  readonly difference: boolean;
}

/** From all to none: what a narrow terminal gives up first comes first. */
const LEVELS: readonly Shown[] = [
  { parts: true, objective: true, difference: true },
  { parts: false, objective: true, difference: true },
  { parts: false, objective: true, difference: false },
  { parts: false, objective: false, difference: false },
];

/**
 * The table as lines, in percent: mean [95 % interval], and the paired difference; a difference whose interval leaves
 * out 0 is marked with a star. Without any difference there is no such column.
 * @param width - columns there are; where they are too few, intervals are left out: of clean and robust, then of the
 * difference, then of the objective.
 */
export function scoreTable(rows: readonly ScoreRow[], style: TextStyle = PLAIN, width = Infinity): string[] {
  const tables = LEVELS.map((shown) => cellsOf(rows, shown));
  const fitting = tables.find((cells) => widthsOf(cells).reduce((sum, one) => sum + one + 2, -2) <= width);
  return tableOf(fitting ?? tables[tables.length - 1], style);
}

function cellsOf(rows: readonly ScoreRow[], shown: Shown): string[][] {
  const compared = rows.some((row) => row.difference !== undefined);
  return rows.map((row) => [
    row.name,
    row.clean === undefined ? '' : estimate(row.clean, shown.parts),
    row.robust === undefined ? '' : estimate(row.robust, shown.parts),
    estimate(row.objective, shown.objective),
    ...(compared ? [row.difference === undefined ? '' : difference(row.difference, shown.difference)] : []),
  ]);
}

function widthsOf(cells: readonly (readonly string[])[]): number[] {
  const columns = cells.at(0)?.length;
  return HEADINGS.slice(0, columns).map((heading, i) =>
    Math.max(heading.length, ...cells.map((row) => row[i].length)),
  );
}

function tableOf(cells: readonly (readonly string[])[], style: TextStyle): string[] {
  const widths = widthsOf(cells);
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  const body = cells.map((row, i) => (i === 0 ? painted(line(row), 'bold', style) : line(row)));
  return [painted(line(HEADINGS.slice(0, widths.length)), 'dim', style), ...body];
}

/** Whether the interval leaves out 0. */
export function isClear(difference: Difference): boolean {
  return difference.interval[0] > 0 || difference.interval[1] < 0;
}

function estimate({ mean, interval }: Estimate, withInterval: boolean): string {
  if (!withInterval) return percent(mean);
  return `${percent(mean)} [${percent(interval[0]).trim()}, ${percent(interval[1]).trim()}]`;
}

function difference(value: Difference, withInterval: boolean): string {
  const [low, high] = value.interval;
  const interval = withInterval ? ` [${signed(low)}, ${signed(high)}]` : '';
  return `${signed(value.mean)}${interval}${isClear(value) ? ' *' : ''}`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1).padStart(4);
}

/** With a sign, and without the minus of a rounded zero. */
function signed(share: number): string {
  const text = (100 * share).toFixed(1);
  return Number(text) === 0 ? '0.0' : share > 0 ? `+${text}` : text.replace('-', '−');
}
