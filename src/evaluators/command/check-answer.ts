/** Whether a reply answers the request it came for: its kind, and as many of everything as was asked for. */
import { checkGradient, checkPixels, checkScores, type Described } from './check-model-answer.js';
import { type EvaluatorFault, fault } from './fault.js';
import type {
  DescriptionReply,
  EvaluateRequest,
  EvaluatorReply,
  EvaluatorRequest,
  OutcomesReply,
  SampledReply,
  SampleRequest,
} from './messages.js';
import type { GradientReply, PixelsReply, ScoresReply } from './model-messages.js';

/** What answers a request. */
interface Answers {
  readonly describe: DescriptionReply;
  readonly sample: SampledReply;
  readonly evaluate: OutcomesReply;
  readonly images: PixelsReply;
  readonly logits: ScoresReply;
  readonly vjp: GradientReply;
}

/** Requests that are answered. */
export type AnsweredRequest = Extract<EvaluatorRequest, { readonly kind: keyof Answers }>;

export type AnswerTo<R extends AnsweredRequest> = Answers[R['kind']];

const ANSWERS = {
  describe: 'description',
  sample: 'sampled',
  evaluate: 'outcomes',
  images: 'pixels',
  logits: 'scores',
  vjp: 'gradient',
} as const satisfies { [K in keyof Answers]: Answers[K]['kind'] };

/** The first thing wrong with an answer, or undefined. Replies that end or accompany any request are not for it. */
export function checkAnswer(
  request: AnsweredRequest,
  reply: EvaluatorReply,
  described: Described,
): EvaluatorFault | undefined {
  if (reply.kind !== ANSWERS[request.kind]) {
    return fault('wrong-kind', `expected ${ANSWERS[request.kind]} or error, got ${reply.kind}`);
  }
  // of the kind that answers the request, as was seen above
  switch (request.kind) {
    case 'describe':
      return checkDescription(reply as DescriptionReply);
    case 'sample':
      return checkSampled(request, reply as SampledReply, described.classes);
    case 'evaluate':
      return checkOutcomes(request, reply as OutcomesReply);
    case 'images':
      return checkPixels(request, reply as PixelsReply, described);
    case 'logits':
      return checkScores(request, reply as ScoresReply, described);
    case 'vjp':
      return checkGradient(request, reply as GradientReply, described);
  }
}

function checkDescription({ latents, classes, sets }: DescriptionReply): EvaluatorFault | undefined {
  return (
    distinct(
      latents.map(({ name }) => name),
      'description.latents',
    ) ??
    distinct(classes, 'description.classes') ??
    distinct(
      sets.map(({ name }) => name),
      'description.sets',
    )
  );
}

function checkSampled(
  { sample }: SampleRequest,
  reply: SampledReply,
  classes: number,
): EvaluatorFault | undefined {
  const { images, ids, labels, attack } = reply;
  const fewer = sample.attack?.keepOnlySuccessful === true;
  if (images > sample.images || (images < sample.images && !fewer)) {
    return count('sampled.images', `${fewer ? 'at most ' : ''}${sample.images}`, images);
  }
  if (ids !== undefined && ids.length !== images) return count('sampled.ids', `${images} ids`, ids.length);
  if (labels !== undefined && labels.length !== images) {
    return count('sampled.labels', `${images} labels`, labels.length);
  }
  const odd = labels?.findIndex((label) => label >= classes) ?? -1;
  if (labels !== undefined && odd >= 0) {
    return count(`sampled.labels[${odd}]`, `a class from 0 to ${classes - 1}`, labels[odd] ?? 'none');
  }
  const wrong =
    attack === undefined ? undefined : checkCounts(attack, sample.images, fewer ? images : undefined);
  if (wrong !== undefined) return wrong;
  return ids === undefined ? undefined : distinct(ids, 'sampled.ids');
}

/**
 * Whether what became of the images adds up.
 * @param asked - images asked for.
 * @param kept - images in the sample, where failed attacks are left out.
 */
function checkCounts(
  { images, cleanErrors, successes, ...flagged }: NonNullable<SampledReply['attack']>,
  asked: number,
  kept: number | undefined,
): EvaluatorFault | undefined {
  const where = 'sampled.attack';
  if (images !== asked) return count(`${where}.images`, `${asked}, all that were asked for`, images);
  const wrong = cleanErrors + successes;
  if (wrong > images) {
    return count(where, `clean errors and successes to be at most ${images} together`, wrong);
  }
  if (kept !== undefined && wrong !== kept) {
    return count(where, `clean errors and successes to be the ${kept} images that are left`, wrong);
  }
  const most = { eightBitSuccesses: images - cleanErrors, zeroGradients: images, nonFinite: images };
  for (const name of ['eightBitSuccesses', 'zeroGradients', 'nonFinite'] as const) {
    const number = flagged[name];
    if (number !== undefined && number > most[name]) {
      return count(`${where}.${name}`, `at most ${most[name]}`, number);
    }
  }
  return undefined;
}

function checkOutcomes({ sample, block }: EvaluateRequest, reply: OutcomesReply): EvaluatorFault | undefined {
  const images = block.to - block.from;
  for (const part of ['clean', 'robust'] as const) {
    const asked = sample.parts.includes(part);
    const bits = reply[part];
    if (asked && bits === undefined) return count(`outcomes.${part}`, `${images} bits`, 'none');
    if (!asked && bits !== undefined) return count(`outcomes.${part}`, 'none, as not asked for', 'some');
    if (bits !== undefined && bits.length !== images) {
      return count(`outcomes.${part}`, `${images} bits, one an image of the block`, bits.length);
    }
  }
  return undefined;
}

function distinct(names: readonly string[], where: string): EvaluatorFault | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      return fault('wrong-message', `${where}: expected no two the same, got ${JSON.stringify(name)} twice`);
    }
    seen.add(name);
  }
  return undefined;
}

function count(where: string, expected: string, got: number | string): EvaluatorFault {
  return fault('wrong-count', `${where}: expected ${expected}, got ${got}`);
}
