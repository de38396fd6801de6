/** What a command evaluator says while it works. Listeners are called at once and must not throw. */
import type { FaultReason } from './fault.js';
import type { DescriptionReply } from './messages.js';

/** How far a request is. */
export interface EvaluatorProgress {
  readonly done: number;
  readonly of: number;
  readonly note?: string;
}

export type EvaluatorEvent =
  /** A process was started; `pid` is absent where that failed. */
  | { readonly kind: 'started'; readonly pid?: number }
  /** It said what it is. */
  | { readonly kind: 'described'; readonly description: DescriptionReply }
  | ({
      readonly kind: 'progress';
      readonly request: 'describe' | 'sample' | 'evaluate' | 'images' | 'logits' | 'vjp';
    } & EvaluatorProgress)
  /** A line of its standard error, without control characters, cut after 400 characters. */
  | { readonly kind: 'stderr'; readonly line: string }
  /** The process is of no use any more and was ended. */
  | {
      readonly kind: 'fault';
      readonly reason: FaultReason;
      readonly message: string;
      /** Last lines of its standard error, oldest first. */
      readonly stderr: readonly string[];
    }
  /** Another process will be started; `attempt` counts restarts since the last good answer, from 1. */
  | { readonly kind: 'restarting'; readonly inSeconds: number; readonly attempt: number }
  | { readonly kind: 'closed' };

export type EvaluatorListener = (event: EvaluatorEvent) => void;
