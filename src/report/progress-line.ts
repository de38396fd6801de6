/** One line that says how far a piece of work is. */
import { formatDuration } from './duration.js';
import { painted, PLAIN, type TextStyle } from './text-style.js';

export interface Progress {
  /** What is being done: `search`, `attack`, … */
  readonly task: string;
  readonly done: number;
  readonly of: number;
  /** What is counted, where it is not what the task says: `images`. */
  readonly unit?: string;
  /** Last and best value, where there are values. */
  readonly value?: number;
  readonly best?: number;
  readonly secondsLeft?: number;
}

/** Cells of the bar: what is left of 80 columns beside the longest usual text. */
const BAR = 10;

/** With less room beside the bar, the text stands alone. */
const LEAST_ROOM = 10;

/** `search  37/100  value 0.783  best 0.812  1 min 20 s left`, for logs and pipes. */
export function progressText(progress: Progress): string {
  return partsOf(progress).join('  ');
}

/** The same with a bar in front, without what does not fit into `width` columns, so that the line can be written over. */
export function progressLine(progress: Progress, style: TextStyle = PLAIN, width = Infinity): string {
  const share = progress.of === 0 ? 1 : progress.done / progress.of;
  const full = Math.round(share * BAR);
  const [on, off] = style.unicode ? ['━', '─'] : ['=', '-'];
  const bar = painted(on.repeat(full), 'blue', style) + painted(off.repeat(BAR - full), 'dim', style);
  const room = width - BAR - 2;
  return room < LEAST_ROOM ? fitted(progress, width) : `${bar} ${fitted(progress, room)}`;
}

function partsOf({ task, done, of, unit, value, best, secondsLeft }: Progress): string[] {
  const counted = unit === undefined ? '' : ` ${unit}`;
  const parts = [task, `${String(done).padStart(String(of).length)}/${of}${counted}`];
  if (value !== undefined) parts.push(`value ${value.toFixed(3)}`);
  if (best !== undefined) parts.push(`best ${best.toFixed(3)}`);
  if (secondsLeft !== undefined && done < of) parts.push(`${formatDuration(secondsLeft)} left`);
  return parts;
}

/** As many whole parts as there is room for; of the first, where even that is too long, its beginning. */
function fitted(progress: Progress, room: number): string {
  const parts = partsOf(progress);
  while (parts.length > 1 && parts.join('  ').length > room) parts.pop();
  return parts.join('  ').slice(0, Math.max(0, room));
}
