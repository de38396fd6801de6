/** Waits that a signal can end. */

/**
 * @throws the signal's reason as soon as it is aborted.
 */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    signal.addEventListener('abort', end);
  });
  signal.throwIfAborted();
}

/** A signal that is aborted with any of those given, and what lets go of them: they may live much longer. */
export function joinSignals(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const joined = new AbortController();
  const releases = signals.map((signal) => {
    const abort = (): void => joined.abort(signal?.reason);
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort);
    return () => signal?.removeEventListener('abort', abort);
  });
  return { signal: joined.signal, release: () => releases.forEach((release) => release()) };
}
