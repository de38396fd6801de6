/** What `results.json` and `baselines.json` hold: one schema for checking and for other tools. */
import { z } from 'zod';

/** Kinds of rows: those of schedules, and the row without a defence. */
const ROW_KINDS = [
  'learned',
  'linear',
  'cosine',
  'step',
  'constant',
  'reversed',
  'custom',
  'no-defence',
] as const;

const SHARE = 'expected a number from 0 to 1';
const DIFFERENCE = 'expected a number from -1 to 1';

const share = () => z.number(SHARE).min(0, SHARE).max(1, SHARE);
const difference = () => z.number(DIFFERENCE).min(-1, DIFFERENCE).max(1, DIFFERENCE);
const count = () => z.int('expected an integer of at least 0').min(0);
const text = () => z.string('expected text');
const list = <T extends z.ZodType>(of: T, what: string) => z.array(of, `expected an array of ${what}`);
const pair = <T extends z.ZodType>(of: T) =>
  z
    .array(of, 'expected two numbers')
    .length(2, 'expected two numbers')
    .describe('95 % interval: lower end, upper end.');
const alphas = () =>
  list(share(), 'numbers from 0 to 1').describe(
    'One α a latent, in the order of facts.model.latents, before attenuation: 0 keeps a latent, 1 re-samples it.',
  );
const object = <T extends z.ZodRawShape>(fields: T) =>
  z.looseObject(fields, `expected an object with ${Object.keys(fields).join(', ')}`);

const estimate = object({ mean: share().describe('Mean over the images.'), interval: pair(share()) }).meta({
  id: 'Estimate',
  description:
    "A share of images, or a mean score, from 0 to 1, with its 95 % interval: Wilson's; of a score of two accuracies from the Wilson intervals of both.",
});

const differenceOf = object({
  mean: difference().describe('Mean over the images of learned − this; above 0 where learned is better.'),
  interval: pair(difference()),
}).meta({
  id: 'Difference',
  description:
    'Of the objective, paired image by image; from −1 to 1. An interval that holds 0 decides nothing.',
});

const perClass = () =>
  list(share().nullable(), 'shares').describe(
    'One share a class, in the order of classes; null for a class without images.',
  );

const row = object({
  name: text().describe('As tables call it.'),
  kind: z.enum(ROW_KINDS, `expected one of ${ROW_KINDS.join(', ')}`).describe('Kind of the schedule.'),
  from: count().optional().describe('Of a step: first latent that is re-sampled, from 0 to N.'),
  alphas: alphas().optional(),
  clean: estimate.optional().describe('Share of the clean images classified rightly.'),
  robust: estimate
    .optional()
    .describe(
      'Share of the attacked images classified rightly. With attack.keepOnlySuccessful, of those the attack succeeded on.',
    ),
  objective: estimate.describe('Mean of weight_clean · clean + weight_robust · robust over the images.'),
  difference: differenceOf
    .optional()
    .describe('Learned − this, image by image; absent on learned itself and where nothing was learned.'),
  balanced: object({
    clean: share().optional().describe('Mean of perClass.clean over classes with images.'),
    robust: share().optional().describe('Mean of perClass.robust over classes with images.'),
  })
    .optional()
    .describe('Accuracies that count every class the same; empty where no true classes are known.'),
  perClass: object({ clean: perClass().optional(), robust: perClass().optional() })
    .optional()
    .describe('Accuracies by class; empty where no true classes are known.'),
}).meta({ id: 'ResultRow', description: 'One schedule, or no defence, on the held-out images.' });

const attack = object({
  images: count().describe('Images before any was left out: attacked ones and clean errors.'),
  cleanErrors: count().describe('Wrong before the attack; never attacked.'),
  attacked: count().describe('images − cleanErrors.'),
  successes: count().describe(
    'Attacked images that fool what was attacked, as stored and under fresh noise.',
  ),
  eightBitSuccesses: count().optional().describe('Attacked images that fool it after rounding to 8 bits.'),
  successRate: estimate.optional().describe('successes / attacked; absent where nothing was attacked.'),
  robustAccuracy: estimate.describe('1 − (cleanErrors + successes) / images, of what was attacked.'),
  zeroGradients: count()
    .optional()
    .describe('Images whose gradient was 0 at some step: the attack had no direction there.'),
  nonFinite: count().optional().describe('Images with a gradient or logits that were no numbers.'),
}).meta({ id: 'AttackSummary', description: 'What became of the images under the attack.' });

const judged = {
  sample: text().describe('Names images, attack, noise and draws: the same name, the same objective.'),
  images: count().describe(
    'Images every schedule was judged on. With attack.keepOnlySuccessful those that are left, else those asked for.',
  ),
  draws: count().describe('Purifications an image whose logits are averaged.'),
  attack: attack.optional().describe('What became of the images under the attack, where it is known.'),
};

const bestStep = object({
  from: count().describe('First latent that is re-sampled, from 0 to N.'),
  alphas: alphas().optional(),
  scores: list(share(), 'numbers from 0 to 1')
    .optional()
    .describe(
      'Objective of every step on the search images: N + 1 of them, entry i is the step with from = i.',
    ),
}).meta({ id: 'BestStep', description: 'The best step schedule, chosen on the search images.' });

const params = () =>
  z.record(z.string(), z.number()).describe('The same point by the names of its parameters.');

const observed = object({
  trial: count().describe('Number of the trial in study.jsonl.'),
  value: share().describe('Its objective on the search images.'),
  alphas: alphas().optional(),
  params: params().optional(),
  interval: pair(share())
    .optional()
    .describe(
      "95 % interval of what this one outcome estimates, Wilson's; absent where its noise is unknown.",
    ),
  images: count().optional().describe('Images behind the value, where α raced.'),
}).meta({ id: 'ObservedBest', description: 'The trial with the best observed value, lucky or not.' });

const recommended = object({
  trial: count().describe('Number of the trial in study.jsonl.'),
  alphas: alphas(),
  params: params().optional(),
  mean: share().describe(
    'Posterior mean of the objective at the point (the observed value without a model).',
  ),
  interval: pair(share()).describe(
    '95 % interval of that mean for fresh images, from the model: it reckons on the logit scale, so both ends are from 0 to 1.',
  ),
  observed: observed.describe('The best observed trial beside it.'),
}).meta({
  id: 'Recommended',
  description: 'The trial whose posterior mean on the search images is best: the learned α.',
});

const purifications = () =>
  object({
    clean: count().describe('Of clean images.'),
    attacked: count().describe('Of attacked images.'),
  });

const judgedScore = object({
  mean: share().describe('Mean score of the images.'),
  interval: pair(share()),
  images: count().describe('Images behind it.'),
}).meta({ id: 'JudgedScore', description: "A score on some images, with Wilson's interval for fresh ones." });

const race = object({
  blocks: count().describe('Blocks the search images are cut into; those after them are fresh.'),
  blockImages: count().describe('Images a block.'),
  stopped: count().describe('Trials that ended with a part of their blocks.'),
  again: count().describe('Trials of points that were judged before.'),
  purifications: object({
    first: purifications().describe('Of points when first judged.'),
    again: purifications().describe('Of known points, promoted to more images or judged on a fresh sample.'),
    fresh: purifications().describe('Of finalists on fresh images.'),
    total: count().describe('All of them.'),
    budget: count().describe('Most that the budget allows; the last block may go beyond.'),
    full: count().describe('What as many evaluations on all search images would take.'),
    saved: z.number('expected a number').describe('1 − total / full.'),
  }).describe('Images times draws. The step scan and held-out scores are not among them, as without racing.'),
  finalists: list(
    object({
      trial: count().describe('Number of the trial on fresh images in study.jsonl.'),
      alphas: alphas(),
      search: judgedScore.describe('On search images, which flatter the best of many.'),
      fresh: judgedScore.optional().describe('On images that no trial before it had seen.'),
    }),
    'finalists',
  ).describe('Points judged on fresh images, in the order of their ranking before.'),
}).meta({ id: 'RaceResults', description: 'What a race cost, and what its finalists came to.' });

const common = {
  version: z.literal(1, 'expected 1').describe('Version of the format.'),
  versions: object({
    boSearch: text().describe('Version of bo-search.'),
    node: text().describe('Version of Node.js.'),
  })
    .optional()
    .describe('What wrote the file.'),
  backend: text().optional().describe('What ran: the tensor runtime, or evaluator and device.'),
  config: object({
    heldOut: object({
      images: count().describe('Held-out images asked for; heldOut.images are those that were judged.'),
      draws: count().describe('Purifications an image.'),
    }).describe('The heldOut section.'),
  }).describe(
    'The configuration as search.schema.json has it, defaults filled in: what was asked for. Facts are what came of it. The variables of evaluator.env are null: their values may be secrets.',
  ),
  facts: object({
    model: object({
      name: text().describe('Name of the model.'),
      hash: text().optional().describe('sha256: and 64 hexadecimal digits, of what decides its outcomes.'),
      latents: list(text(), 'names').describe('Names of the N latents, in the order of every alphas.'),
    })
      .meta({
        id: 'ModelFacts',
        description: 'The model that was judged, or what an evaluator says of its own.',
      })
      .describe('The model that was judged.'),
    config: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'All of the configuration that decides what an evaluation is, rules and defaults resolved; the same search has the same.',
      ),
  })
    .meta({
      id: 'SearchFacts',
      description: 'What makes the search the search it is, as the header of study.jsonl has it under about.',
    })
    .describe('What came of the configuration: the model by its hash, every rule resolved.'),
  classes: list(text(), 'names').optional().describe('Names of the classes, in the order of perClass.'),
  heldOut: object({
    ...judged,
    rows: list(row, 'rows').min(1, 'expected at least one row').describe('One a schedule, no defence last.'),
  }).describe('Scores on images that no choice was made on.'),
};

export const resultsSchema = object({
  format: z.literal('bo-search/results', 'expected "bo-search/results"').describe('What the file is.'),
  ...common,
  search: object({
    ...judged,
    samples: list(text(), 'names')
      .optional()
      .describe('All samples that trials were judged on, in their order, where that was not `sample` alone.'),
    evaluations: count().describe('Trials that ended, failed ones included.'),
    failed: count().optional().describe('Trials that ended without a value.'),
    recommended,
    bestStep,
    race: race.optional(),
  }).describe('What was found on the search images.'),
}).meta({ id: 'SearchResults', description: 'results.json: what a search found.' });

export const baselinesSchema = object({
  format: z.literal('bo-search/baselines', 'expected "bo-search/baselines"').describe('What the file is.'),
  ...common,
  search: object({ ...judged, bestStep }).describe('What was chosen on the search images.'),
}).meta({ id: 'BaselineResults', description: 'baselines.json: schedules scored without a search.' });

/** JSON Schema of `results.json` and `baselines.json`, by which they are read. Other fields may be added. */
export function resultsJsonSchema(): Record<string, unknown> {
  const { $schema, ...either } = z.toJSONSchema(z.union([resultsSchema, baselinesSchema]));
  return {
    $schema,
    $id: 'urn:bo-search:schemas:results:1',
    title: 'bo-search results',
    description: 'What a search, or scoring schedules without one, found. Shares are from 0 to 1.',
    ...either,
  };
}
