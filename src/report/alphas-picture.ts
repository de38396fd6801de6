/** α values as a picture for the terminal: one latent a line, the first schedule as bars, the others as marks and numbers. */
import { painted, PLAIN, type TextStyle } from './text-style.js';

/** A named α vector. */
export interface NamedAlphas {
  readonly name: string;
  readonly alphas: readonly number[];
}

/** Columns of a bar from α = 0 to α = 1, where there is room, and the fewest that still say something. */
const BAR = 32;
const LEAST_BAR = 8;
/** Where two marks meet. */
const TOGETHER = 'x';
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * Lines that show `schedules[0]` as bars beside the numbers of all, marked in the bar by the first letter of their names.
 * @param latents - names of the latents (N).
 * @param schedules - at least one, each with N alphas.
 * @param width - columns there are; bars shrink to fit, down to 8 columns.
 */
export function alphasPicture(
  latents: readonly string[],
  schedules: readonly NamedAlphas[],
  style: TextStyle = PLAIN,
  width = Infinity,
): string[] {
  const [shown, ...others] = schedules;
  const nameWidth = Math.max('latent'.length, ...latents.map((name) => name.length));
  const numberWidths = schedules.map(({ name }) => Math.max(4, name.length));
  const taken = numberWidths.reduce((sum, one) => sum + one + 2, nameWidth + 2);
  const columns = Math.max(LEAST_BAR, Math.min(BAR, width - taken));
  const head = [
    'latent'.padEnd(nameWidth),
    `0${' '.repeat(columns - 2)}1`,
    ...schedules.map(({ name }, i) => name.padStart(numberWidths[i])),
  ];
  const lines = latents.map((latent, i) => {
    const marks = others.map(({ name, alphas }) => ({ mark: name[0], at: alphas[i] }));
    return [
      latent.padEnd(nameWidth),
      bar(shown.alphas[i], marks, columns, style),
      ...schedules.map(({ alphas }, s) => alphas[i].toFixed(2).padStart(numberWidths[s])),
    ].join('  ');
  });
  return [painted(head.join('  '), 'dim', style), ...lines, ...legend(shown, others, style)];
}

function legend(shown: NamedAlphas, others: readonly NamedAlphas[], style: TextStyle): string[] {
  if (others.length === 0) return [];
  const marks = others.map(({ name }) => `${name[0]} ${name}`);
  if (others.length > 1) marks.push(`${TOGETHER} together`);
  return [painted(`bars: ${shown.name}; marks: ${marks.join(', ')}`, 'dim', style)];
}

interface Mark {
  readonly mark: string;
  readonly at: number;
}

type Painter = 'blue' | 'yellow' | 'dim';

function bar(alpha: number, marks: readonly Mark[], columns: number, style: TextStyle): string {
  const cells = filled(alpha, columns, style).map((cell): readonly [string, Painter] =>
    cell === ' ' ? [style.unicode ? '·' : '.', 'dim'] : [cell, 'blue'],
  );
  const taken = new Set<number>();
  for (const { mark, at } of marks) {
    const i = Math.round(at * (columns - 1));
    cells[i] = [taken.has(i) ? TOGETHER : mark, 'yellow'];
    taken.add(i);
  }
  return runs(cells)
    .map(([text, painter]) => painted(text, painter, style))
    .join('');
}

/** Neighbours of one colour together, so that a line is short. */
function runs(cells: readonly (readonly [string, Painter])[]): (readonly [string, Painter])[] {
  const joined: (readonly [string, Painter])[] = [];
  for (const [cell, painter] of cells) {
    const last = joined.at(-1);
    if (last?.[1] === painter) joined[joined.length - 1] = [last[0] + cell, painter];
    else joined.push([cell, painter]);
  }
  return joined;
}

/** Cells filled from the left to α; a cell is ' ' where nothing is. */
function filled(alpha: number, columns: number, style: TextStyle): string[] {
  const eighths = Math.round(alpha * columns * 8);
  return Array.from({ length: columns }, (_, i) => {
    const part = Math.min(8, Math.max(0, eighths - 8 * i));
    if (!style.unicode) return part >= 4 ? '#' : ' ';
    return part === 8 ? '█' : part === 0 ? ' ' : EIGHTHS[part];
  });
}
