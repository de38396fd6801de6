/** Tables at the end of an evaluation: a defence a row, an attack a column, in percent of images. */
import type { Estimate } from '../schedules/index.js';
import { formatDuration } from './duration.js';
import {
  columnWidths,
  type Difference,
  differenceText,
  estimateText,
  tableLines,
  tableWidth,
} from './table-text.js';
import { PLAIN, type TextStyle } from './text-style.js';

/** One attack against one defence at one bound. */
export interface EvaluationTableRow {
  readonly defence: string;
  readonly attack: string;
  readonly kind: 'fixed-budget' | 'minimum-norm';
  /** Null where every success of a minimum-norm attack counts: shown by its median norm. */
  readonly bound: number | null;
  readonly images: number;
  readonly cleanAccuracy: Estimate;
  /** Share of images right clean and under the attack, verified. */
  readonly robustAccuracy: Estimate;
  /** Null where half of the images or more stood. */
  readonly medianNorm: number | null;
}

/** The worst case over the attacks of a defence. */
export interface WorstCaseTableRow {
  readonly defence: string;
  readonly norm: 'l2' | 'linf';
  readonly bound: number;
  readonly images: number;
  readonly attacks: readonly string[];
  readonly robustAccuracy: Estimate;
}

/** The reference's lead over a defence. */
export interface ComparisonTableRow {
  readonly reference: string;
  readonly defence: string;
  readonly attack: string;
  readonly bound: number;
  readonly difference: Difference & { readonly images: number };
}

/** Images of one defence, judged behind another or without it. */
export interface TransferTableRow {
  readonly defence: string;
  readonly from: string;
  readonly attack: string;
  readonly judge: 'defence' | 'purifier-off';
  /** Share of images right clean and as they were made. */
  readonly robustAccuracy: Estimate;
}

export interface EvaluationTableOptions {
  readonly worstCases?: readonly WorstCaseTableRow[];
  /** Seconds spent on a defence, by label; without, there is no such column. */
  readonly seconds?: Readonly<Record<string, number>>;
  readonly style?: TextStyle;
  /** Columns there are; where they are too few, intervals are left out, and then the table is cut into several. */
  readonly width?: number;
}

/**
 * Accuracy clean, under each attack at each bound and in the worst case, with 95 % intervals, and median norms, as lines.
 * Attacks on fewer images than others say how many.
 */
export function evaluationTable(
  rows: readonly EvaluationTableRow[],
  { worstCases = [], seconds, style = PLAIN, width = Infinity }: EvaluationTableOptions = {},
): string[] {
  const most = Math.max(0, ...rows.map(({ images }) => images));
  const columns = [
    column('clean', rows, ({ cleanAccuracy }) => cleanAccuracy),
    ...byHeading(rows, (row) => attackHeading(row, most)).map(([heading, own]) =>
      own[0].bound === null
        ? plainColumn(heading, own, ({ medianNorm }) => medianNorm?.toPrecision(3) ?? 'none')
        : column(heading, own, ({ robustAccuracy }) => robustAccuracy),
    ),
    ...byHeading(
      worstCases.filter(({ attacks }) => attacks.length > 1),
      (row) => worstHeading(row, most),
    ).map(([heading, own]) => column(heading, own, ({ robustAccuracy }) => robustAccuracy)),
    ...(seconds === undefined ? [] : [timeColumn(rows, seconds)]),
  ];
  return fittingTables(['', distinct(rows.map(({ defence }) => defence))], columns, style, width);
}

/** Differences to the reference, image by image: `learned − this`, with a star where the interval leaves out 0. */
export function comparisonTable(
  rows: readonly ComparisonTableRow[],
  { style = PLAIN, width = Infinity }: Pick<EvaluationTableOptions, 'style' | 'width'> = {},
): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const most = Math.max(...rows.map(({ difference }) => difference.images));
  const columns = byHeading(rows, (row) => comparisonHeading(row, most)).map(([heading, own]): Column => ({
    heading,
    cells: new Map(own.map(({ defence, difference }) => [defence, forms(differenceText, difference)])),
  }));
  const names = distinct(rows.map(({ defence }) => defence));
  return fittingTables([`${first.reference} − this`, names], columns, style, width);
}

/**
 * Accuracy on images made elsewhere: one table for each defence they were made against, `made against no defence`, and
 * one of every defence's own images on the bare classifier, `purifier off`. A defence a row, an attack a column.
 */
export function transferTables(
  rows: readonly TransferTableRow[],
  { style = PLAIN, width = Infinity }: Pick<EvaluationTableOptions, 'style' | 'width'> = {},
): string[] {
  const tables = byHeading(rows, ({ judge, from }) =>
    judge === 'purifier-off' ? 'purifier off' : `made against ${from}`,
  );
  return tables.flatMap(([corner, own], i) => {
    const columns = byHeading(own, ({ attack }) => attack).map(([heading, some]) =>
      column(heading, some, ({ robustAccuracy }) => robustAccuracy),
    );
    const names = distinct(own.map(({ defence }) => defence));
    return [...(i === 0 ? [] : ['']), ...fittingTables([corner, names], columns, style, width)];
  });
}

/** A cell with its interval and without. */
type Forms = readonly [long: string, short: string];

interface Column {
  readonly heading: string;
  readonly cells: ReadonlyMap<string, Forms>;
}

const EMPTY: Forms = ['', ''];

function forms<Value>(text: (value: Value, withInterval: boolean) => string, value: Value): Forms {
  return [text(value, true), text(value, false)];
}

/** The first row of a defence counts. */
function column<Row extends { readonly defence: string }>(
  heading: string,
  rows: readonly Row[],
  estimate: (row: Row) => Estimate,
): Column {
  const cells = new Map<string, Forms>();
  for (const row of rows) {
    if (!cells.has(row.defence)) cells.set(row.defence, forms(estimateText, estimate(row)));
  }
  return { heading, cells };
}

function plainColumn<Row extends { readonly defence: string }>(
  heading: string,
  rows: readonly Row[],
  text: (row: Row) => string,
): Column {
  return { heading, cells: new Map(rows.map((row) => [row.defence, [text(row), text(row)]])) };
}

function timeColumn(rows: readonly EvaluationTableRow[], seconds: Readonly<Record<string, number>>): Column {
  const timed = rows.filter(({ defence }) => seconds[defence] !== undefined);
  return plainColumn('time', timed, ({ defence }) => formatDuration(seconds[defence]));
}

function attackHeading({ attack, kind, bound, images }: EvaluationTableRow, most: number): string {
  const name =
    kind === 'fixed-budget' ? attack : bound === null ? `${attack} median` : `${attack} ε=${bound}`;
  return images < most ? `${name} (${images})` : name;
}

function worstHeading({ norm, bound, images }: WorstCaseTableRow, most: number): string {
  const name = `worst ${norm === 'l2' ? '' : 'L∞ '}ε=${bound}`;
  return images < most ? `${name} (${images})` : name;
}

function comparisonHeading({ attack, bound, difference }: ComparisonTableRow, most: number): string {
  const name = attack === 'clean' || attack.includes('ε=') ? attack : `${attack} ε=${bound}`;
  return difference.images < most ? `${name} (${difference.images})` : name;
}

function byHeading<Row>(rows: readonly Row[], headingOf: (row: Row) => string): [string, Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const heading = headingOf(row);
    groups.set(heading, [...(groups.get(heading) ?? []), row]);
  }
  return [...groups];
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** One table with intervals, else one without, else several without, each with the names. */
function fittingTables(
  [corner, names]: readonly [string, readonly string[]],
  columns: readonly Column[],
  style: TextStyle,
  width: number,
): string[] {
  const table = (some: readonly Column[], form: 0 | 1) => ({
    headings: [corner, ...some.map(({ heading }) => heading)],
    cells: names.map((name) => [name, ...some.map(({ cells }) => (cells.get(name) ?? EMPTY)[form])]),
  });
  const fits = ({ headings, cells }: ReturnType<typeof table>) =>
    tableWidth(columnWidths(headings, cells)) <= width;
  const whole = ([0, 1] as const).map((form) => table(columns, form)).find(fits);
  if (whole !== undefined) return tableLines(whole.headings, whole.cells, style);
  const parts: Column[][] = [];
  for (const one of columns) {
    const last = parts.at(-1);
    if (last !== undefined && fits(table([...last, one], 1))) last.push(one);
    else parts.push([one]);
  }
  return parts.flatMap((part, i) => {
    const { headings, cells } = table(part, 1);
    return [...(i === 0 ? [] : ['']), ...tableLines(headings, cells, style)];
  });
}
