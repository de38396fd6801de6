/** One line that says how far a piece of work is. */
import { formatDuration } from './duration.js';
import { painted, PLAIN, type TextStyle } from './text-style.js';

export interface Progress {
  /** What is being done: `search`, `attack`, … */
  readonly task: string;
  readonly done: number;
  readonly of: number;
  /** Last and best value, where there are values. */
  readonly value?: number;
  readonly best?: number;
  readonly bestTrial?: number;
  readonly secondsLeft?: number;
}

/** Cells of the bar: what is left of 80 columns beside the longest usual text. */
const BAR = 10;

/** `search  37/100  value 0.783  best 0.812 (trial 31)  1 min 20 s left`, for logs and pipes. */
export function progressText(progress: Progress): string {
  const { task, done, of, value, best, bestTrial, secondsLeft } = progress;
  const parts = [task, `${String(done).padStart(String(of).length)}/${of}`];
  if (value !== undefined) parts.push(`value ${value.toFixed(3)}`);
  if (best !== undefined) {
    parts.push(`best ${best.toFixed(3)}${bestTrial === undefined ? '' : ` (trial ${bestTrial})`}`);
  }
  if (secondsLeft !== undefined && done < of) parts.push(`${formatDuration(secondsLeft)} left`);
  return parts.join('  ');
}

/** The same with a bar in front, cut to `width` columns so that the line can be written over. */
export function progressLine(progress: Progress, style: TextStyle = PLAIN, width = Infinity): string {
  const share = progress.of === 0 ? 1 : progress.done / progress.of;
  const full = Math.round(share * BAR);
  const [on, off] = style.unicode ? ['━', '─'] : ['=', '-'];
  const bar = painted(on.repeat(full), 'blue', style) + painted(off.repeat(BAR - full), 'dim', style);
  const room = width - BAR - 2;
  const text = progressText(progress);
  if (room < 10) return text.slice(0, Math.max(0, width));
  return `${bar} ${text.length <= room ? text : text.slice(0, room)}`;
}
