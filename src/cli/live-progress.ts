/** Shows a search while it runs: one line written over again on a terminal, plain lines elsewhere. */
import process from 'node:process';
import { progressLine, progressText, type Progress, type SearchEvent } from '../search/index.js';
import { type EventWords, wordsOf } from './run-words.js';
import type { StreamStyle } from './terminal.js';

/** Where lines cannot be written over, at least so many seconds between two lines of progress … */
const SECONDS_BETWEEN_LINES = 10;
/** … or so great a share of the work. */
const SHARE_BETWEEN_LINES = 0.1;

/** A listener for a search's events. */
export interface LiveProgress {
  show(event: SearchEvent): void;
  /** Shows words of any other work. */
  say(words: EventWords): void;
  /** Ends the line that is written over. */
  end(): void;
}

/**
 * Progress on standard error.
 * @param now - seconds of a clock that never goes back.
 */
export function liveProgress(
  style: StreamStyle,
  now: () => number = () => process.uptime(),
  write: (text: string) => void = (text) => process.stderr.write(text),
): LiveProgress {
  let pace: Pace | undefined;
  let open = false;
  const end = (): void => {
    if (open) write('\n');
    open = false;
  };
  const say = (words: EventWords): void => {
    if (words.kind === 'line') {
      end();
      write(`${words.text}\n`);
      return;
    }
    pace = stepped(pace, words, now());
    const progress: Progress = { ...words, ...timeLeft(pace, words, now()) };
    if (style.live) {
      write(`\r\u001B[K${progressLine(progress, style, style.columns - 1)}`);
      open = true;
      if (words.done === words.of) end();
    } else if (isDue(pace, words, now())) {
      pace = { ...pace, shownAt: now(), shownDone: words.done };
      write(`${progressText(progress)}\n`);
    }
  };
  return { show: (event) => say(wordsOf(event)), say, end };
}

type Work = Extract<EventWords, { kind: 'progress' }>;

/** How fast one task goes. */
interface Pace {
  readonly task: string;
  /** When it was first heard of, and what was done then. */
  readonly startedAt: number;
  readonly startedDone: number;
  /** When and where the last line was written. */
  readonly shownAt: number;
  readonly shownDone: number;
}

function stepped(pace: Pace | undefined, { task, done }: Work, time: number): Pace {
  if (pace?.task === task && done >= pace.startedDone) return pace;
  return { task, startedAt: time, startedDone: done, shownAt: -Infinity, shownDone: -Infinity };
}

/** From the pace since the task was first heard of; nothing until one more piece is done. */
function timeLeft(
  { startedAt, startedDone }: Pace,
  { done, of }: Work,
  time: number,
): { secondsLeft?: number } {
  const pieces = done - startedDone;
  if (pieces <= 0) return {};
  return { secondsLeft: ((time - startedAt) / pieces) * (of - done) };
}

function isDue({ shownAt, shownDone }: Pace, { done, of }: Work, time: number): boolean {
  return (
    done === of || time - shownAt >= SECONDS_BETWEEN_LINES || done - shownDone >= SHARE_BETWEEN_LINES * of
  );
}
