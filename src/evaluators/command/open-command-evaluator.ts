/** A command that judges trials: started once, started again when it breaks down, asked one thing at a time. */
import { BoSearchError } from '../../errors.js';
import type { CommandEvaluator, EvaluatorRequestOptions } from './command-evaluator.js';
import { commandImages } from './command-images.js';
import { commandModel } from './command-model.js';
import { openCommandSample } from './open-command-sample.js';
import { type CommandEvaluatorOptions, evaluatorSettings } from './options.js';
import { joinSignals } from './pause.js';
import { type RequestOptions, Session } from './session.js';
import { createTurns } from './turns.js';

/**
 * Starts an evaluator and gets its description.
 * @param options.signal - gives the start up.
 * @throws BoSearchError `E_CONFIG` for options that cannot be, `E_EVALUATOR` if it does not start or describe itself; the
 * signal's reason if it is aborted.
 */
export async function openCommandEvaluator(
  options: CommandEvaluatorOptions & { readonly signal?: AbortSignal },
): Promise<CommandEvaluator> {
  const { signal, ...given } = options;
  const session = new Session(evaluatorSettings(given));
  const closing = new AbortController();
  const takeTurn = createTurns();
  const exclusively = async <T>(
    { signal, onProgress = () => undefined }: EvaluatorRequestOptions,
    task: (options: RequestOptions) => Promise<T>,
  ): Promise<T> => {
    const joined = joinSignals(closing.signal, signal);
    try {
      return await takeTurn(async () => {
        joined.signal.throwIfAborted();
        return task({ signal: joined.signal, onProgress });
      });
    } finally {
      joined.release();
    }
  };
  await exclusively({ ...(signal === undefined ? {} : { signal }) }, (request) => session.open(request));
  return {
    description: session.description,
    openSample: (spec, sampleOptions = {}) => openCommandSample(session, exclusively, spec, sampleOptions),
    images: (asked, requestOptions = {}) => commandImages(session, exclusively, asked, requestOptions),
    model: (spec, requestOptions = {}) => commandModel(session, exclusively, spec, requestOptions),
    close: async () => {
      if (closing.signal.aborted) return takeTurn(async () => undefined);
      closing.abort(
        new BoSearchError('E_EVALUATOR', `${session.name}: expected an open evaluator, got a closed one`),
      );
      await takeTurn(() => session.close());
    },
  };
}
