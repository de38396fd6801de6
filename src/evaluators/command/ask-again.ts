/** Requests whose answer follows the request alone: where the process breaks down over one, the next is asked again. */
import type { AnsweredRequest, AnswerTo } from './check-answer.js';
import type { Unnumbered } from './conversation.js';
import { faultError } from './fault.js';
import { faultOf, type RequestOptions, type Session } from './session.js';

/**
 * The answer, from whatever process gives it.
 * @param where - what is asked, for messages.
 * @throws BoSearchError `E_EVALUATOR` if it answers by an error, or breaks down where nothing is started again;
 * EvaluatorGoneError after too many restarts; the
 * signal's reason if it is aborted.
 */
export async function askAgain<R extends AnsweredRequest>(
  session: Session,
  where: string,
  request: Unnumbered<R>,
  options: RequestOptions,
): Promise<AnswerTo<R>> {
  for (;;) {
    const player = await session.player(options);
    const answer = await session.ask<R>(player, request, options);
    if (answer.kind === 'aborted') throw options.signal.reason;
    if (answer.kind === 'fault' && session.settings.restarts > 0) continue;
    if (answer.kind !== 'fault') session.noteGoodAnswer();
    if (answer.kind === 'answered') return answer.reply;
    throw faultError(`${session.name}: ${where}`, faultOf(answer), player.conversation.stderrTail());
  }
}
