/** Events that several jobs say alike. */
import type { SearchConfig } from './config/search-config.js';
import type { OpenedEvent, SearchListener } from './events.js';
import type { HeldOutOptions } from './held-out.js';
import type { Judge } from './judge.js';

export function openedEvent({ task }: SearchConfig, { description, model, passedOver }: Judge): OpenedEvent {
  return {
    kind: 'opened',
    backend: description,
    model: model.name,
    ...(task === undefined ? {} : { task }),
    latents: model.latents.length,
    classes: model.classes.length,
    ...(passedOver === undefined ? {} : { passedOver }),
  };
}

/** Tells of held-out scores, and ends with the signal. */
export function progressOf({
  signal,
  onEvent,
}: {
  readonly signal?: AbortSignal;
  readonly onEvent?: SearchListener;
}): Pick<HeldOutOptions, 'signal' | 'onProgress'> {
  return {
    onProgress: (progress) => onEvent?.({ kind: 'scoring', ...progress }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** Warns that scores which are there are of no use. */
export function discardedScores(onEvent: SearchListener | undefined): (reason: string) => void {
  return (reason) => onEvent?.({ kind: 'warning', message: `${reason}; its scores are computed again` });
}

/** Whether an error is nothing but the answer to the signal. */
export function isAborted(error: unknown, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && error === signal.reason;
}
