/** Images of a command evaluator with their pixels, a request at a time. */
import { BoSearchError } from '../../errors.js';
import { createImageSet, type ImageSet } from '../../objective/images/image-set.js';
import { askAgain } from './ask-again.js';
import type { EvaluatorRequestOptions, ImagesAsked } from './command-evaluator.js';
import { attackableOf, mostImages, valuesOf } from './command-model.js';
import { checkedFloats } from './float-tensor.js';
import type { ImagesRequest } from './model-messages.js';
import { assertSet, type Exclusively } from './open-command-sample.js';
import type { Session } from './session.js';

/** See `CommandEvaluator.images`. */
export async function commandImages(
  session: Session,
  exclusively: Exclusively,
  { set, images, seed, from: first = 0, to: end = images }: ImagesAsked,
  options: EvaluatorRequestOptions,
): Promise<ImageSet> {
  const attackable = attackableOf(session);
  assertSet(session, { set, images });
  assertRange(session, { first, end, images });
  const [height, width, channels] = attackable.shape;
  const d = valuesOf(attackable);
  const batch = mostImages(session);
  const ids: string[] = [];
  const labels = new Int32Array(end - first);
  const pixels = new Float32Array((end - first) * d);
  for (let from = first; from < end; from += batch) {
    const to = Math.min(end, from + batch);
    const body = { kind: 'images', set, images, seed, from, to } as const;
    const reply = await exclusively(options, (request) =>
      askAgain<ImagesRequest>(session, `images ${from} to ${to} of ${set}`, body, request),
    );
    ids.push(...reply.ids);
    labels.set(reply.labels, from - first);
    pixels.set(checkedFloats(reply.pixels, (to - from) * d), (from - first) * d);
  }
  const name = `${session.name}: ${set}`;
  return createImageSet({
    name,
    shape: { height, width, channels },
    classes: session.description.classes,
    ids,
    labels,
    pixels,
  });
}

function assertRange(
  { name }: Session,
  { first, end, images }: { readonly first: number; readonly end: number; readonly images: number },
): void {
  const isRange = [first, end].every(Number.isSafeInteger) && first >= 0 && first < end && end <= images;
  if (isRange) return;
  throw new BoSearchError(
    'E_ARGUMENT',
    `${name}: images: expected 0 <= from < to <= ${images}, got ${first} and ${end}`,
  );
}
