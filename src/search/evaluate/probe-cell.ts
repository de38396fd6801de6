/** What the clean answers of a defence look like. */
import { looksLikeProbabilities } from '../../objective/attacks/model/looks-like-probabilities.js';
import type { EvaluatedDefence } from '../../objective/evaluation/evaluation-data.js';
import type { PlannedDefence } from './planned-defences.js';
import { type EvaluationSession, firstImages, piece } from './session.js';

/** Enough to see two draws differ, and probabilities among logits. */
const IMAGES = 20;

type Probe = Pick<EvaluatedDefence, 'looksLikeSoftmax' | 'draws'>;

/** The defence as reports know it. */
export async function evaluatedDefence(
  session: EvaluationSession,
  defence: PlannedDefence,
): Promise<EvaluatedDefence> {
  const { label, alphas, preprocessing, purifications } = defence;
  const hash = session.hashOf(defence);
  const set = firstImages(session, IMAGES);
  const decidedBy = { images: set.hash, defence: hash };
  const { result } = await piece<Probe>(session, { kind: 'probe', of: defence }, decidedBy, async () => {
    const model = await session.defences.open(defence);
    const logits = (index: number) =>
      model.logits(set.pixels, { key: `probe/${session.seed}`, index, imageIds: set.ids });
    const [first, second] = [await logits(0), await logits(1)];
    return {
      result: {
        looksLikeSoftmax: looksLikeProbabilities(first, model.classes),
        draws: first.some((value, i) => value !== second[i]),
      },
    };
  });
  return {
    label,
    ...(alphas === undefined
      ? {}
      : { alphas, effectiveAlphas: alphas.map((alpha) => session.attenuation * alpha) }),
    preprocessing: { ...preprocessing },
    purifications,
    hash,
    ...result,
  };
}
