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

/** Narrower than this, clean and robust show no intervals. */
const FULL_WIDTH = 92;

/**
 * The table as lines, in percent: mean [95 % interval], and the paired difference; a difference whose interval leaves
 * out 0 is marked with a star.
 * @param width - columns there are; below 92 the intervals of clean and robust are left out.
 */
export function scoreTable(rows: readonly ScoreRow[], style: TextStyle = PLAIN, width = Infinity): string[] {
  const full = width >= FULL_WIDTH;
  const cells = rows.map((row) => [
    row.name,
    row.clean === undefined ? '' : estimate(row.clean, full),
    row.robust === undefined ? '' : estimate(row.robust, full),
    estimate(row.objective, true),
    row.difference === undefined ? '' : difference(row.difference),
  ]);
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  const body = cells.map((row, i) => (i === 0 ? painted(line(row), 'bold', style) : line(row)));
  return [painted(line(HEADINGS), 'dim', style), ...body];
}

/** Whether the interval leaves out 0. */
export function isClear(difference: Difference): boolean {
  return difference.interval[0] > 0 || difference.interval[1] < 0;
}

function estimate({ mean, interval }: Estimate, withInterval: boolean): string {
  if (!withInterval) return percent(mean);
  return `${percent(mean)} [${percent(interval[0]).trim()}, ${percent(interval[1]).trim()}]`;
}

function difference(value: Difference): string {
  const [low, high] = value.interval;
  return `${signed(value.mean)} [${signed(low)}, ${signed(high)}]${isClear(value) ? ' *' : ''}`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1).padStart(4);
}

/** With a sign, and without the minus of a rounded zero. */
function signed(share: number): string {
  const text = (100 * share).toFixed(1);
  return Number(text) === 0 ? '0.0' : share > 0 ? `+${text}` : text.replace('-', '−');
}
