/** Numbers and rows of `explain`, and the names of its rules in plain words. */
import type { FitReason, StoppingAdvice, StudyExplanation } from '../index.js';

/** Where the text of a row begins. */
const NAME_WIDTH = 13;

/** A row under a heading. */
export function row(name: string, text: string): string {
  return `  ${name.padEnd(NAME_WIDTH)}${text}`;
}

/** Four digits that matter, without a trail of zeros. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Two digits, for spreads and z. */
export function rough(value: number): string {
  return String(Number(value.toPrecision(2)));
}

/** With its sign; a minus that can be read. */
export function signed(value: number, digits = 2): string {
  const text = String(Number(Math.abs(value).toPrecision(digits)));
  return Number(text) === 0 ? '0' : `${value < 0 ? '−' : '+'}${text}`;
}

export function interval([low, high]: readonly [number, number]): string {
  return `[${short(low)}, ${short(high)}]`;
}

export function percent(share: number): string {
  return `${Math.round(100 * share)}`;
}

export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

const FIT_REASONS: Readonly<Record<FitReason, string>> = {
  first: 'it was the first',
  small: 'with so few, every one is a reason',
  growth: 'there were 5 % more than at the fit before',
  surprise: 'the newest was far from its prediction',
  transform: 'the outcomes came on another scale',
};

export function fitReason(reason: FitReason): string {
  return FIT_REASONS[reason];
}

const VERDICTS: Readonly<Record<StoppingAdvice['verdict'], string>> = {
  'go-on': 'go on',
  nearly: 'nearly there: little was to be gained the last time, not yet the last five times',
  'little-to-gain': 'little to gain: a difference as small as what is expected could not be seen',
  'too-early': 'too early to say: the initial design is not through',
};

export function stoppingVerdict(verdict: StoppingAdvice['verdict']): string {
  return VERDICTS[verdict];
}

/** What the better end of a curve means: for α, 0 keeps a latent and 1 re-samples it. */
export function betterEnd(
  better: 'low' | 'high' | 'inside' | 'unclear',
  kind: StudyExplanation['spaceKind'],
): string {
  if (kind !== 'alphas') return better;
  return { low: 'keep', high: 're-sample', inside: 'between', unclear: 'unclear' }[better];
}
