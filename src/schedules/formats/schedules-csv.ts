/**
 * Schedules as CSV: one row a schedule, under `kind,label,attenuation` and the names of the latents.
 *
 * The kind carries its parameter: `step:4`, `constant:0.5`, `reversed:linear`. Empty label and attenuation: none.
 * Numbers are the shortest decimals that give the same float64 again.
 */
import { BoSearchError } from '../../errors.js';
import { nearestName } from '../nearest-name.js';
import type { Schedule, SchedulesFile } from '../schedules-file.js';
import { showValue } from '../show-value.js';
import { csvLine, type CsvRow, parseCsv } from './csv-text.js';
import { withoutNul } from './file-text.js';
import { placedSchedules, type ReadOptions, UNNAMED_MODEL } from './placed-schedules.js';
import { assertStem, checkedForWriting, fieldsPresent, type WrittenSchedules } from './written-schedules.js';

const HINT =
  'the header is kind,label,attenuation and one column a latent; each row is a schedule, its numbers from 0 to 1 with a decimal point';

const KINDS = ['learned', 'linear', 'cosine', 'custom', 'step', 'constant', 'reversed'] as const;

/** A decimal number, as JSON, Python and spreadsheets write it. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Text that would not come back from a UTF-8 file. */
const UNWRITABLE = /\0|\p{Surrogate}/u;

/**
 * Schedules as CSV, `<stem>.csv`.
 * @returns the file; `lost` of model name and hash, defence, effective alphas, metrics and provenance.
 * @throws BoSearchError `E_SCHEDULES` if the JSON form would be refused, or a name cannot stand in a text file.
 */
export function schedulesToCsv(file: SchedulesFile, stem = 'schedules'): WrittenSchedules {
  assertStem(stem, 'schedulesToCsv');
  const { model, defence, schedules } = checkedForWriting(file, 'schedulesToCsv');
  const header = ['kind', 'label', 'attenuation', ...model.latents];
  const rows = schedules.map((schedule) => [
    kindCell(schedule),
    schedule.label ?? '',
    schedule.attenuation === undefined ? '' : String(schedule.attenuation),
    ...schedule.alphas.map(String),
  ]);
  const lost = [
    'model.name',
    ...(model.hash === undefined ? [] : ['model.hash']),
    ...(defence === undefined ? [] : ['defence']),
    ...fieldsPresent(schedules, ['effectiveAlphas', 'metrics', 'provenance']),
  ];
  for (const cells of [header, ...rows]) assertWritable(cells);
  return { files: [{ name: `${stem}.csv`, content: [header, ...rows].map(csvLine).join('') }], lost };
}

/**
 * Reads schedules from CSV; the separator of the header (comma, semicolon or tab) is that of all rows.
 * @param options.latents - if given, the header must name exactly these.
 * @throws BoSearchError `E_SCHEDULES` with `file:line` and column.
 */
export function schedulesFromCsv(text: string, options: ReadOptions = {}): SchedulesFile {
  const { file = 'schedules.csv', model = UNNAMED_MODEL } = options;
  const [header, ...rows] = parseCsv(withoutNul(text, file), file, 'E_SCHEDULES');
  if (header === undefined) throw bad(`${file}:1: expected a header, got no text`);
  const columns = columnsOf(header, file);
  if (options.latents !== undefined)
    assertLatents(columns.latents, options.latents, `${file}:${header.line}`);
  if (rows.length === 0) throw bad(`${file}:${header.line}: expected a row after the header, got none`);
  const value = {
    format: 'bo-search/schedules',
    version: 1,
    model: { name: model, latents: columns.latents },
    schedules: rows.map((row) => scheduleOf(row, columns, file)),
  };
  return placedSchedules(value, (steps) => placeOf(steps, rows, columns, file), HINT);
}

interface Columns {
  readonly line: number;
  readonly label: boolean;
  readonly attenuation: boolean;
  /** Columns before the first latent. */
  readonly before: number;
  readonly latents: readonly string[];
}

function kindCell(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'step':
      return `step:${schedule.from}`;
    case 'constant':
      return `constant:${schedule.value}`;
    case 'reversed':
      return `reversed:${schedule.of}`;
    case 'learned':
    case 'linear':
    case 'cosine':
    case 'custom':
      return schedule.kind;
    default:
      return schedule satisfies never;
  }
}

function assertWritable(cells: readonly string[]): void {
  const wrong = cells.find((cell) => UNWRITABLE.test(cell));
  if (wrong === undefined) return;
  throw new BoSearchError(
    'E_SCHEDULES',
    `schedulesToCsv: expected names that text can hold, got ${showValue(wrong)}`,
    { hint: 'write JSON, or give it another name' },
  );
}

function columnsOf({ line, cells }: CsvRow, file: string): Columns {
  if (cells[0] !== 'kind') {
    throw bad(`${file}:${line} column 1: expected "kind", got ${showValue(cells[0])}`);
  }
  const label = cells[1] === 'label';
  const attenuation = cells[label ? 2 : 1] === 'attenuation';
  const before = 1 + Number(label) + Number(attenuation);
  const latents = cells.slice(before);
  if (latents.length === 0) throw bad(`${file}:${line}: expected one column a latent, got none`);
  return { line, label, attenuation, before, latents };
}

function assertLatents(found: readonly string[], expected: readonly string[], place: string): void {
  if (found.length !== expected.length) {
    throw bad(`${place}: expected ${expected.length} latents, got ${found.length}`);
  }
  const at = found.findIndex((name, i) => name !== expected[i]);
  if (at < 0) return;
  throw bad(`${place}: expected latent ${at} to be ${showValue(expected[at])}, got ${showValue(found[at])}`);
}

function scheduleOf({ line, cells }: CsvRow, columns: Columns, file: string): unknown {
  const width = columns.before + columns.latents.length;
  if (cells.length !== width) {
    throw bad(`${file}:${line}: expected ${width} cells as in the header, got ${cells.length}`);
  }
  const label = columns.label ? (cells[1] ?? '') : '';
  const attenuation = columns.attenuation ? (cells[columns.before - 1] ?? '') : '';
  const number = (text: string, column: number) => numberOf(text, `${file}:${line} column ${column}`);
  return {
    ...kindOf(cells[0] ?? '', `${file}:${line} column 1`),
    ...(label === '' ? {} : { label }),
    alphas: cells.slice(columns.before).map((text, i) => number(text, columns.before + i + 1)),
    ...(attenuation === '' ? {} : { attenuation: number(attenuation, columns.before) }),
  };
}

function kindOf(cell: string, place: string): Record<string, unknown> {
  const colon = cell.indexOf(':');
  const kind = colon < 0 ? cell : cell.slice(0, colon);
  const parameter = colon < 0 ? '' : cell.slice(colon + 1);
  switch (kind) {
    case 'step':
      return { kind, from: numberOf(parameter, `${place} step`) };
    case 'constant':
      return { kind, value: numberOf(parameter, `${place} constant`) };
    case 'reversed':
      return { kind, of: parameter };
    default: {
      if (colon < 0 && (KINDS as readonly string[]).includes(kind)) return { kind };
      const near = nearestName(kind, KINDS);
      const advice = near === undefined || near === kind ? '' : `, did you mean "${near}"?`;
      throw bad(`${place}: expected one of ${KINDS.join(', ')}, got ${showValue(cell)}${advice}`);
    }
  }
}

function numberOf(text: string, place: string): number {
  if (NUMBER.test(text)) return Number(text);
  throw bad(`${place}: expected a number, got ${text === '' ? 'an empty cell' : showValue(text)}`);
}

function placeOf(
  [top, index, field, entry]: readonly string[],
  rows: readonly CsvRow[],
  columns: Columns,
  file: string,
): string {
  if (top === 'model') {
    const column = columns.before + Number(field ?? 0) + 1;
    return `${file}:${columns.line} column ${index === 'latents' ? column : 1}`;
  }
  const line = rows[Number(index)]?.line;
  if (line === undefined) return file;
  if (field === 'alphas' && entry !== undefined) {
    const latent = columns.latents[Number(entry)];
    return `${file}:${line} column ${columns.before + Number(entry) + 1} (${showValue(latent)})`;
  }
  return `${file}:${line}${field === undefined ? '' : ` ${field}`}`;
}

function bad(message: string): BoSearchError {
  return new BoSearchError('E_SCHEDULES', message, { hint: HINT });
}
