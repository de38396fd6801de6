/** The table at the end of a run: every schedule on the same held-out images, in percent. */
import type { Estimate } from '../schedules/index.js';
import {
  columnWidths,
  type Difference,
  differenceText,
  estimateText,
  tableLines,
  tableWidth,
} from './table-text.js';
import { PLAIN, type TextStyle } from './text-style.js';

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
  const headingsOf = (cells: readonly (readonly string[])[]) => HEADINGS.slice(0, cells.at(0)?.length);
  const fitting = tables.find((cells) => tableWidth(columnWidths(headingsOf(cells), cells)) <= width);
  const cells = fitting ?? tables[tables.length - 1];
  return tableLines(headingsOf(cells), cells, style);
}

function cellsOf(rows: readonly ScoreRow[], shown: Shown): string[][] {
  const compared = rows.some((row) => row.difference !== undefined);
  return rows.map((row) => [
    row.name,
    row.clean === undefined ? '' : estimateText(row.clean, shown.parts),
    row.robust === undefined ? '' : estimateText(row.robust, shown.parts),
    estimateText(row.objective, shown.objective),
    ...(compared
      ? [row.difference === undefined ? '' : differenceText(row.difference, shown.difference)]
      : []),
  ]);
}
