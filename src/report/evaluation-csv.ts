/** Flat rows as CSV, for spreadsheets and data frames: one column a field, three for a share with its interval. */
import { internalError } from '../errors.js';
import type { Estimate } from '../schedules/index.js';
import { csvLine } from '../schedules/formats/csv-text.js';

/** What follows the field's name in the header of the ends of an interval. */
const ENDS = ['Low', 'High'] as const;

/**
 * CSV with a header. Numbers are the shortest decimals that give the same float64 again; an empty cell is an infinite or
 * unknown number; lists are joined by `; `.
 * @param rows - objects with the same fields, whose values are strings, numbers, booleans, null, `{ mean, interval }` or
 * lists of strings. No rows give an empty text.
 */
export function evaluationCsv<Row extends object>(rows: readonly Row[]): string {
  const tables = rows.map((row) => new Map<string, unknown>(Object.entries(row)));
  const [first] = tables;
  if (first === undefined) return '';
  const columns = [...first.keys()].map((key) => ({
    key,
    isEstimate: tables.some((row) => isEstimate(row.get(key))),
  }));
  const header = columns.flatMap(({ key, isEstimate: wide }) =>
    wide ? [key, ...ENDS.map((end) => `${key}${end}`)] : [key],
  );
  const lines = tables.map((row) =>
    columns.flatMap((column) => cellsOf(row.get(column.key), column.isEstimate)),
  );
  return [header, ...lines].map(csvLine).join('');
}

function cellsOf(value: unknown, isWide: boolean): string[] {
  if (isEstimate(value)) return [value.mean, ...value.interval].map(String);
  if (isWide) return ['', '', ''];
  if (value === null || value === undefined) return [''];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [String(value)];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return [value.join('; ')];
  throw internalError(`evaluationCsv: expected plain values, got ${JSON.stringify(value)}`);
}

function isEstimate(value: unknown): value is Estimate {
  return typeof value === 'object' && value !== null && 'mean' in value && 'interval' in value;
}
