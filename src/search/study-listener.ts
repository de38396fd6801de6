/** Turns what a study says into what a search says. */
import type { Study, StudyEvent, StudyListener, Trial } from '../study/index.js';
import { isFailed, isRaced, leaderOf, observedValue } from '../trial/index.js';
import type { SearchListener } from './events.js';

/**
 * A listener for a study's loop.
 * @param study - gives the number of its ended trials.
 * @param wanted - trials wanted in all; of a race also image judgements.
 * @param onEvent - who is told.
 */
export function studyListener(
  study: Study,
  wanted: { readonly evaluations: number; readonly images?: number },
  onEvent: SearchListener,
): StudyListener {
  const better = bestSoFar(study);
  let best = study.trials.reduce<Best | undefined>((_, trial) => better(trial), undefined);
  /** Kinds of notes that were passed on: the first of a kind says enough. */
  const said = new Set<string>();
  return (event: StudyEvent) => {
    switch (event.kind) {
      case 'told': {
        const { trial } = event;
        best = better(trial);
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
            of: wanted.evaluations,
            ...(wanted.images === undefined
              ? {}
              : { images: { judged: study.imagesJudged, of: wanted.images } }),
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

/**
 * The best as trials come. The first of equals stays; trials that did not see all of their images do not count. Where
 * trials race, the best of the points that were judged on the most images.
 */
function bestSoFar({ header }: Pick<Study, 'header'>): (trial: Trial) => Best | undefined {
  const lead = leaderOf(header.direction, header.weights);
  let best: Best | undefined;
  return (trial) => {
    if (isRaced([trial])) {
      const leader = lead(trial);
      if (leader !== undefined) best = { value: leader.measurement.mean, trial: leader.trial };
      return best;
    }
    const value = trial.state === 'complete' ? valueOf(trial) : undefined;
    if (value === undefined || (best !== undefined && value <= best.value)) return best;
    best = { value, trial: trial.number };
    return best;
  };
}

function valueOf({ outcome }: Trial): number | undefined {
  return outcome === undefined ? undefined : observedValue(outcome);
}
