/** What a reader of an evaluation should know before believing it, as lines. */
import { painted, PLAIN, type TextStyle } from './text-style.js';

/** A finding about an evaluation. */
export interface WarningLine {
  readonly severity: 'warning' | 'note';
  readonly code: string;
  readonly text: string;
  readonly defence?: string;
  readonly attack?: string;
}

/** `warning [zero-gradients] learned, pgd-l2 ε=1: 12.0 % of the gradients were exactly 0 …`, one line each. */
export function warningLines(warnings: readonly WarningLine[], style: TextStyle = PLAIN): string[] {
  return warnings.map(({ severity, code, text, defence, attack }) => {
    const place = [defence, attack].filter((part) => part !== undefined).join(', ');
    const head = painted(`${severity} [${code}]`, severity === 'warning' ? 'yellow' : 'dim', style);
    return `${head} ${place === '' ? '' : `${place}: `}${text}`;
  });
}
