/** Turns what a study says into what a search says. */
import type { Study, StudyEvent, StudyListener, Trial } from '../study/index.js';
import { isFailed, observedValue } from '../trial/index.js';
import type { SearchListener } from './events.js';

/**
 * A listener for a study's loop.
 * @param study - gives the number of its ended trials.
 * @param evaluations - trials wanted in all.
 * @param onEvent - who is told.
 */
export function studyListener(study: Study, evaluations: number, onEvent: SearchListener): StudyListener {
  let best = bestOf(study.trials);
  /** Kinds of notes that were passed on: the first of a kind says enough. */
  const said = new Set<string>();
  return (event: StudyEvent) => {
    switch (event.kind) {
      case 'told': {
        const { trial } = event;
        best = better(best, trial);
        const value = valueOf(trial);
        if (trial.outcome !== undefined && isFailed(trial.outcome)) {
          onEvent({ kind: 'trial-failed', number: trial.number, reason: trial.outcome.failed });
        } else if (value !== undefined) {
          const { value: bestValue, trial: bestTrial } = best ?? { value, trial: trial.number };
          const done = study.endedTrials;
          onEvent({
            kind: 'trial',
            number: trial.number,
            value,
            best: bestValue,
            bestTrial,
            done,
            of: evaluations,
          });
        }
        return;
      }
      case 'degraded':
        if (said.has(event.note.kind)) return;
        said.add(event.note.kind);
        onEvent({ kind: 'warning', message: `trial ${event.trial}: ${event.note.message}` });
        return;
      case 'warning':
      case 'asked':
      case 'resumed':
      case 'reported':
      case 'stopped':
        return;
      default:
        event satisfies never;
    }
  };
}

interface Best {
  readonly value: number;
  readonly trial: number;
}

function bestOf(trials: readonly Trial[]): Best | undefined {
  return trials.reduce<Best | undefined>(better, undefined);
}

/** The first of equals stays; trials that did not see all of their images do not count. */
function better(best: Best | undefined, trial: Trial): Best | undefined {
  const value = trial.state === 'complete' ? valueOf(trial) : undefined;
  if (value === undefined || (best !== undefined && value <= best.value)) return best;
  return { value, trial: trial.number };
}

function valueOf({ outcome }: Trial): number | undefined {
  return outcome === undefined ? undefined : observedValue(outcome);
}
