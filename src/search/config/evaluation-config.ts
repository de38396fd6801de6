/** The `evaluation` section of a `search.yaml`: which attacks are run against which defences, and how they are judged. */
import { z } from 'zod';
import { BoSearchError } from '../../errors.js';
import { ATTACK_NAMES } from '../../objective/attacks/attack-registry.js';
import { count, flag, oneOf, positive, section, share, words } from './config-fields.js';
import { checkAttackSettings } from './evaluated-attack-settings.js';

/** Most draws, attacks, bounds and defences of a list. */
const MOST_DRAWS = 100_000;
const MOST_LISTED = 1000;

const listOf = <T extends z.ZodType>(of: T, what: string) =>
  z
    .array(of, `expected a list of ${what}`)
    .min(1, `expected at least one of ${what}`)
    .max(MOST_LISTED, `expected at most ${MOST_LISTED} of ${what}`);

const bounds = () =>
  z.union([positive(), listOf(positive(), 'bounds')], 'expected a bound or a list of bounds');

/** How an attack takes an expectation over draws. */
export const eot = section({
  draws: count(MOST_DRAWS)
    .default(1)
    .describe('Draws of the deployed defence behind one answer to the attack.'),
  mode: oneOf(['mean-logits', 'mean-gradient'])
    .default('mean-logits')
    .describe('mean-logits: gradient of the loss of the mean logits. mean-gradient: mean of the gradients.'),
});

const attack = z
  .looseObject(
    {
      name: oneOf(ATTACK_NAMES).describe('Which attack.'),
      label: words('expected a name')
        .optional()
        .describe('What tables call it. Default its name; needed where one attack stands twice.'),
      images: count().optional().describe('Images it is run on, the first so many. Default all.'),
      eot: eot.optional().describe('Expectation over the draws of a defence, inside the attack.'),
      l2Bound: bounds()
        .optional()
        .describe('Largest L2 norm, or a list: each is run. Default ½, 1 and 2 times attack.l2Bound.'),
      linfBound: bounds().optional().describe('Largest change of a value, or a list, of L∞ attacks.'),
    },
    'expected a section with name and the settings of the attack',
  )
  .superRefine((given, context) => {
    for (const { path, message } of checkAttackSettings(given)) {
      context.addIssue({ code: 'custom', path: [...path], message, input: given });
    }
  });

const verification = section({
  draws: count(MOST_DRAWS).default(10).describe('Fresh draws under which a stored image is judged again.'),
  share: share().default(0.5).describe('Least share of them that it has to fool.'),
});

const checks = section({
  transfer: flag()
    .default(true)
    .describe('Judge images made against no defence and against α = 0 behind every other defence.'),
  purifierOff: flag().default(true).describe("Judge each defence's images on the bare classifier."),
  noiseTries: z
    .int('expected an integer from 0 to 10000')
    .min(0, 'expected an integer from 0 to 10000')
    .max(10_000, 'expected an integer from 0 to 10000')
    .default(10)
    .describe('Random points of the bound tried an image instead of an attack; 0 for none.'),
  convergence: section({
    draws: listOf(count(MOST_DRAWS), 'numbers of draws')
      .refine((draws) => draws.every((n, i) => i === 0 || n > draws[i - 1]), 'expected increasing numbers')
      .default([1, 4])
      .describe('Draws of the attacks to compare; a serious evaluation has [1, 8, 32, 128].'),
    images: z
      .int('expected an integer of at least 0')
      .min(0, 'expected an integer of at least 0')
      .default(10)
      .describe('Images they are compared on, the first so many; 0 for none.'),
  })
    .prefault({})
    .describe('Whether more draws inside the attack make it stronger.'),
});

export const evaluation = section({
  images: count().default(50).describe('Held-out images; none of them was searched on.'),
  purifications: count(MOST_DRAWS)
    .default(4)
    .describe('K: the deployed defence is the mean of the logits of so many purifications.'),
  attacks: listOf(attack, 'attacks')
    .optional()
    .describe('What attacks. Default pgd-l2 at three bounds around attack.l2Bound, and deepfool.'),
  defences: listOf(words('expected the name of a defence'), 'defences')
    .optional()
    .describe(
      'learned, linear, cosine, step, constant 0.5 (any number), reversed linear, reversed cosine, none, noise, blur, file (all schedules of the file) or the label of one. Default learned, linear, cosine and step where the file has them, constant 0, none, noise, blur.',
    ),
  preprocessing: listOf(oneOf(['off', 'on']), 'off and on')
    .optional()
    .describe(
      'Whether schedules stand behind the preprocessing of the configuration, without it, or [off, on] for both. Default as configured.',
    ),
  noise: section({ l2Norm: positive().describe('L2 norm of every noise image.') })
    .optional()
    .describe('Of the defence noise. Default that of preprocessing, else attack.l2Bound.'),
  blur: section({ sigma: positive().describe('Standard deviation, in pixels.') })
    .optional()
    .describe('Of the defence blur. Default that of preprocessing, else sigma: 1.'),
  gradients: oneOf(['exact', 'bpda-identity', 'black-box'])
    .default('exact')
    .describe(
      'exact: through all of the defence. bpda-identity: the purifier counts as the identity going back. black-box: none, for attacks that need none.',
    ),
  verification: verification.prefault({}).describe('How successes are judged again.'),
  checks: checks.prefault({}).describe('What is run beside the attacks, to show where they are too weak.'),
});

/** The section with every default that does not depend on other sections. */
export type EvaluationConfig = z.output<typeof evaluation>;

/** One attack of the section. */
export type EvaluatedAttackConfig = NonNullable<EvaluationConfig['attacks']>[number];

/** The section of a configuration; all defaults where it has none. */
export function evaluationOf(config: {
  readonly evaluation?: EvaluationConfig | undefined;
}): EvaluationConfig {
  return config.evaluation ?? evaluation.parse({});
}

/**
 * The configuration with another number of images to evaluate on.
 * @throws BoSearchError `E_CONFIG` for a number out of range.
 */
export function withEvaluationImages<T extends { readonly evaluation?: EvaluationConfig | undefined }>(
  config: T,
  images: number,
): T {
  const asked = evaluation.shape.images.safeParse(images);
  if (!asked.success) {
    const [{ message }] = asked.error.issues;
    throw new BoSearchError('E_CONFIG', `evaluation.images: ${message}, got ${images}`);
  }
  return { ...config, evaluation: { ...evaluationOf(config), images } };
}
