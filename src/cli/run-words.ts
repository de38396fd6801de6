/** What each event of a search says, in one line; an event without words does not compile. */
import {
  adaptiveWords,
  type AttackedEvent,
  type ImagesDone,
  type RefreshingEvent,
  type SearchEvent,
  type TrialEvent,
} from '../search/index.js';
import { oneLine } from './terminal.js';
import type { PassedOver } from '../objective/index.js';

/** A line to keep, or progress that the next one replaces. */
export type EventWords =
  | { readonly kind: 'line'; readonly text: string }
  | {
      readonly kind: 'progress';
      readonly task: string;
      readonly done: number;
      readonly of: number;
      readonly unit?: string;
      readonly value?: number;
      readonly best?: number;
    };

export function wordsOf(event: SearchEvent): EventWords {
  switch (event.kind) {
    case 'opened': {
      const { model, task, latents, classes, backend, passedOver = [] } = event;
      const which = task === undefined ? model : `${model}, task ${task}`;
      return line(
        `model ${which}: ${latents} latents, ${classes} classes; ${backend}${passedOverWords(passedOver)}`,
      );
    }
    case 'study': {
      const { ended, evaluations, place, images } = event;
      if (images !== undefined) return line(raceWords(ended, images, place));
      if (ended === 0) return line(`search of ${evaluations} evaluations, kept in ${place}`);
      return line(`going on with ${place}: ${ended} of ${evaluations} evaluations are there`);
    }
    case 'adaptive':
      return line(adaptiveWords(event));
    case 'refreshing':
      return line(refreshingWords(event));
    case 'attacking':
      return progress(`attacking ${imagesOf(event.split)}`, event);
    case 'attacked':
      return line(attackedWords(event));
    case 'trial':
      if (event.images !== undefined) return raceProgress(event, event.images);
      return progress('search', event);
    case 'trial-failed':
      return line(`trial ${event.number} failed: ${event.reason}`);
    case 'scanning':
      return progress('step schedules', event);
    case 'scoring':
      return progress('held-out scores', event);
    case 'mixing':
      return progress('mixtures', event);
    case 'attacking-defence':
      return progress(`${event.defence}: ${event.attack}`, event);
    case 'evaluated':
      return progress(event.part, event);
    case 'warning':
      return line(`warning: ${event.message}`);
    case 'written':
      return line(`wrote ${event.file}`);
    default:
      return event satisfies never;
  }
}

function refreshingWords({ after, incumbent }: RefreshingEvent): string {
  const whom = incumbent === undefined ? 'every α = 0: no trial has a value' : `trial ${incumbent.number}`;
  return `after ${after} evaluations the search images are made against ${whom}`;
}

function attackedWords({ summary, split, reused, kept }: AttackedEvent): string {
  const { images, cleanErrors, successes } = summary;
  const verb = reused ? 'found again' : 'made';
  const left = kept === images ? '' : `; ${kept} are kept`;
  return `attacked ${imagesOf(split)} ${verb}: of ${images} images ${cleanErrors} were wrong before, and the attack made ${successes} of the other ${images - cleanErrors} wrong${left}`;
}

function raceWords(ended: number, { judged, of }: ImagesDone, place: string): string {
  if (ended === 0) return `race of ${of} image judgements, kept in ${place}`;
  return `going on with ${place}: ${judged} of ${of} image judgements are there, in ${ended} trials`;
}

/** The last block may go beyond what is wanted. */
function raceProgress({ value, best }: TrialEvent, { judged, of }: ImagesDone): EventWords {
  return { kind: 'progress', task: 'race', done: Math.min(judged, of), of, unit: 'images', value, best };
}

/** Why `auto` took no quicker backend; nothing where it took the first, or one was asked for. */
function passedOverWords(passedOver: readonly PassedOver[]): string {
  const each = passedOver.map(({ backend, reason }) => `${backend} (${reason})`);
  return each.length === 0 ? '' : `; auto passed over ${each.join(' and ')}`;
}

function line(text: string): EventWords {
  return { kind: 'line', text: oneLine(text) };
}

function progress(
  task: string,
  { done, of, ...rest }: { done: number; of: number; value?: number; best?: number },
): EventWords {
  const { value, best } = rest;
  return {
    kind: 'progress',
    task,
    done,
    of,
    ...(value === undefined ? {} : { value }),
    ...(best === undefined ? {} : { best }),
  };
}

function imagesOf(split: 'search' | 'attack' | 'heldOut'): string {
  return split === 'heldOut' ? 'held-out images' : `${split} images`;
}
