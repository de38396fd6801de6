/** Comma-separated text as rows of cells, and back (RFC 4180; semicolons and tabs are read too). */
import { BoSearchError, type ErrorCode } from '../../errors.js';

/** One record of a CSV text. */
export interface CsvRow {
  /** Line on which the row begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** What separates cells: the first of these that stands in the header, outside quotes. */
const SEPARATORS = [',', ';', '\t'];

/**
 * The rows of a text; empty lines are no rows.
 * @param where - file, for messages.
 * @throws BoSearchError with `code` and `file:line` for a quote that is not closed or stands within a cell.
 */
export function parseCsv(text: string, where: string, code: ErrorCode): CsvRow[] {
  const separator = separatorOf(text);
  const rows: CsvRow[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const row = readRow(text, at, separator, `${where}:${line}`, code);
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push({ line, cells: row.cells });
    line += countNewlines(text, at, row.end);
    at = row.end;
  }
  return rows;
}

/** One line of CSV, newline included. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}

/** Quoted where the text would otherwise be read as something else. */
function csvCell(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function separatorOf(text: string): string {
  let quoted = false;
  for (const [mark] of text.matchAll(/[",;\t\r\n]/g)) {
    if (mark === '"') quoted = !quoted;
    else if (!quoted) return SEPARATORS.includes(mark) ? mark : ',';
  }
  return ',';
}

function readRow(
  text: string,
  start: number,
  separator: string,
  place: string,
  code: ErrorCode,
): { cells: string[]; end: number } {
  const cells: string[] = [];
  let at = start;
  for (;;) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at, separator);
    if (cell === undefined) throw bad(code, `${place}: expected a closing quote, got the end of the text`);
    cells.push(cell.text);
    at = cell.end;
    if (at >= text.length) return { cells, end: at };
    if (text[at] === separator) {
      at++;
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') return { cells, end: at + 2 };
    if (text[at] === '\n' || text[at] === '\r') return { cells, end: at + 1 };
    throw bad(
      code,
      `${place}: expected a separator after a quoted cell, got ${JSON.stringify(text.slice(at, at + 1))}`,
    );
  }
}

function quotedCell(text: string, start: number): { text: string; end: number } | undefined {
  const parts: string[] = [];
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return undefined;
    parts.push(text.slice(from, quote));
    if (text[quote + 1] !== '"') return { text: parts.join('"'), end: quote + 1 };
    from = quote + 2;
  }
}

function plainCell(text: string, start: number, separator: string): { text: string; end: number } {
  const stop = separator === ',' ? /[,\r\n]/g : separator === ';' ? /[;\r\n]/g : /[\t\r\n]/g;
  stop.lastIndex = start;
  const end = stop.exec(text)?.index ?? text.length;
  return { text: text.slice(start, end).trim(), end };
}

function countNewlines(text: string, from: number, to: number): number {
  return text.slice(from, to).match(/\r\n|\r|\n/g)?.length ?? 0;
}

function bad(code: ErrorCode, message: string): BoSearchError {
  return new BoSearchError(code, message, { hint: 'a quote inside a quoted cell is written twice' });
}
