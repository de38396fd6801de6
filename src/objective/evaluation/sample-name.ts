/** Short stable names of samples: which images and attack, behind which defence, with which noise and how many draws. */
import { canonicalJson, contentHash } from '../images/content-hash.js';

/** All that makes the objective a deterministic function of α. */
export interface SampleParts {
  /** Hash of the clean image set; absent where clean images have no weight. */
  readonly clean?: string;
  /** Hash of the attacked image set; absent where attacked images have no weight. */
  readonly attacked?: string;
  /** Where every α is attacked, and no image set is: the attack with all of its settings. */
  readonly attackEach?: unknown;
  /** Hash of all of the defence but α: model, classifier, temperature, attenuation, preprocessing. */
  readonly defence: string;
  /** Key of the purification noise. */
  readonly noiseKey: string;
  /** Purifications whose logits are averaged, K. */
  readonly draws: number;
}

/** Digits of the hash in a name: 48 bits, far more than the samples a study will have. */
const HASH_DIGITS = 12;

/** `sample-` and 12 hexadecimal digits; equal parts give equal names, other parts other names. */
export function sampleName(parts: SampleParts): string {
  const digits = contentHash('sample', canonicalJson(parts)).slice('sha256:'.length);
  return `sample-${digits.slice(0, HASH_DIGITS)}`;
}
