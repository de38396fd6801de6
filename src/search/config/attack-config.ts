/** The `attack` section of a `search.yaml`: how attacked images are made, once or for every α. */
import { count, flag, oneOf, positive, section } from './config-fields.js';
import { eot } from './evaluation-config.js';

/** A set has to outlast the four best points that are judged again on it, and the trial before them. */
const LEAST_EVERY = 6;

const fields = {
  preset: oneOf(['paper'])
    .optional()
    .describe(
      'paper: one FGSM-L2 step along the sign of the gradient, against the defence with every α = 0.',
    ),
  kind: oneOf(['pgd-l2', 'fgsm-l2']).optional().describe('Which attack. Default pgd-l2.'),
  against: oneOf(['classifier', 'defence', 'each'])
    .optional()
    .describe(
      'classifier: the bare classifier (default). defence: the whole defence with every α = 0. each: no fixed images, every α is attacked anew behind the whole defence with that α.',
    ),
  l2Bound: positive().describe('Largest L2 norm of the perturbation, over all values of an image in [0, 1].'),
  steps: count().optional().describe('pgd-l2: gradient steps. Default 10.'),
  stepSize: positive().optional().describe('pgd-l2: length of a step. Default 2.5 · l2Bound / steps.'),
  randomStart: flag().optional().describe('pgd-l2: begin at a random point of the ball. Default false.'),
  restarts: count().optional().describe('pgd-l2: runs an image. Default 1.'),
  direction: oneOf(['gradient', 'sign'])
    .optional()
    .describe('fgsm-l2: along the gradient (default) or its sign, scaled to the bound.'),
  eot: eot
    .optional()
    .describe('against: each: expectation over the draws of the defence, inside the attack. Default 1 draw.'),
  refresh: section({
    every: count()
      .refine((every) => every >= LEAST_EVERY, `expected an integer of at least ${LEAST_EVERY}`)
      .describe('Ended trials between two sets of images.'),
  })
    .optional()
    .describe(
      'against: defence: make the search images again against the best α so far, every so many trials; the best are judged again on them. Default never.',
    ),
  keepOnlySuccessful: flag()
    .optional()
    .describe(
      'Leave out images on which the attack failed, as the paper did. Robust accuracy is then relative to those.',
    ),
};

/** Settings of one attack that mean nothing to the other, and settings the preset decides. */
const FOREIGN = {
  'pgd-l2': ['direction'],
  'fgsm-l2': ['steps', 'stepSize', 'randomStart', 'restarts'],
  paper: ['kind', 'against', 'direction', 'steps', 'stepSize', 'randomStart', 'restarts', 'eot'],
} as const;

export const attack = section(fields).superRefine((given, context) => {
  const chosen = given.preset ?? given.kind ?? 'pgd-l2';
  const refuse = (key: keyof typeof fields, message: string): void => {
    if (given[key] !== undefined) {
      context.addIssue({ code: 'custom', path: [key], message, input: given[key] });
    }
  };
  for (const key of FOREIGN[chosen]) refuse(key, `expected no ${key} with ${chosen}`);
  if (given.against === 'each') {
    refuse('keepOnlySuccessful', 'expected no keepOnlySuccessful with against: each, which keeps no images');
  } else if (given.preset === undefined) {
    refuse('eot', `expected no eot but with against: each`);
  }
  const isAgainstDefence = given.against === 'defence' || given.preset === 'paper';
  if (!isAgainstDefence) refuse('refresh', 'expected no refresh but with against: defence');
});
