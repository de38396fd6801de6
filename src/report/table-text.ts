/** Shares of images in percent, and cells as lines of a table. */
import type { Estimate } from '../schedules/index.js';
import { painted, type TextStyle } from './text-style.js';

/** A difference of two scores on the same images, with its 95 % interval; all in [−1, 1]. */
export interface Difference {
  readonly mean: number;
  readonly interval: readonly [number, number];
}

/** Whether the interval leaves out 0. */
export function isClear(difference: Difference): boolean {
  return difference.interval[0] > 0 || difference.interval[1] < 0;
}

/** `82.8 [81.3, 84.4]`. */
export function estimateText({ mean, interval }: Estimate, withInterval: boolean): string {
  if (!withInterval) return percent(mean);
  return `${percent(mean)} [${percent(interval[0]).trim()}, ${percent(interval[1]).trim()}]`;
}

/** `+31.9 [+29.0, +33.1] *`, with a star where the difference is clear. */
export function differenceText(value: Difference, withInterval: boolean): string {
  const [low, high] = value.interval;
  const interval = withInterval ? ` [${signed(low)}, ${signed(high)}]` : '';
  return `${signed(value.mean)}${interval}${isClear(value) ? ' *' : ''}`;
}

/** Widths of the columns. */
export function columnWidths(headings: readonly string[], cells: readonly (readonly string[])[]): number[] {
  return headings.map((heading, i) => Math.max(heading.length, ...cells.map((row) => row[i].length)));
}

/** Columns of the table. */
export function tableWidth(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one + 2, -2);
}

/** Headings and rows as lines, the first row bold. */
export function tableLines(
  headings: readonly string[],
  cells: readonly (readonly string[])[],
  style: TextStyle,
): string[] {
  const widths = columnWidths(headings, cells);
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  const body = cells.map((row, i) => (i === 0 ? painted(line(row), 'bold', style) : line(row)));
  return [painted(line(headings), 'dim', style), ...body];
}

function percent(share: number): string {
  return (100 * share).toFixed(1).padStart(4);
}

/** With a sign, and without the minus of a rounded zero. */
function signed(share: number): string {
  const text = (100 * share).toFixed(1);
  return Number(text) === 0 ? '0.0' : share > 0 ? `+${text}` : text.replace('-', '−');
}
