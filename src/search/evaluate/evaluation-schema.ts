/** What `results.json` of an evaluation holds: one schema for checking and for other tools. */
import { z } from 'zod';

const SHARE = 'expected a number from 0 to 1';

const text = () => z.string('expected text');
const flag = () => z.boolean('expected true or false');
const count = () => z.int('expected an integer of at least 0').min(0, 'expected an integer of at least 0');
const share = () => z.number(SHARE).min(0, SHARE).max(1, SHARE);
const size = () => z.number('expected a number of at least 0').min(0, 'expected a number of at least 0');
const list = <T extends z.ZodType>(of: T, what: string) => z.array(of, `expected an array of ${what}`);
const letters = (of: RegExp, what: string) => z.string(`expected ${what}`).regex(of, `expected ${what}`);
const bits = () => letters(/^[01]*$/, 'a text of 0 and 1').describe('A bit an image.');
const anything = (what: string) => z.record(z.string(), z.unknown(), `expected an object`).describe(what);
const object = <T extends z.ZodRawShape>(fields: T) =>
  z.looseObject(fields, `expected an object with ${Object.keys(fields).join(', ')}`);

const ball = object({
  norm: z.enum(['l2', 'linf'], 'expected l2 or linf').describe('The norm of the bound.'),
  bound: size().describe('Largest norm of the perturbation, values in [0, 1].'),
}).meta({ id: 'Ball', description: 'The ball of a fixed budget.' });

const verification = object({
  draws: count().describe('Fresh draws under which every stored image was judged again.'),
  share: share().describe('Least share of them that a success fools.'),
}).meta({ id: 'Verification', description: 'How successes are decided.' });

const attack = object({
  label: text().describe('What tables call it, distinct.'),
  family: text().describe('Attacks of one family differ in their bound alone.'),
  kind: z
    .enum(['fixed-budget', 'minimum-norm'], 'expected fixed-budget or minimum-norm')
    .describe('The most damaging image within a bound, or the nearest error.'),
  ball: ball.optional(),
  settings: anything('All settings, defaults filled in.'),
  expectation: object({
    draws: count().describe('Draws behind one answer to the attack.'),
    mode: z
      .enum(['mean-logits', 'mean-gradient'], 'expected mean-logits or mean-gradient')
      .describe('The gradient of the loss of the mean logits, or the mean of the gradients.'),
  }).describe('How the attack takes a mean over the draws of the defence.'),
  gradients: object({
    kind: z
      .enum(['exact', 'bpda', 'surrogate', 'none'], 'expected a kind of gradients')
      .describe('Through all of the defence, by a stand-in for a part, of another model, or none.'),
  }).describe('Where gradients come from; of a stand-in its name beside it.'),
}).meta({ id: 'EvaluatedAttack', description: 'An attack as it was run.' });

const images = object({
  outcomes: letters(/^[esf]*$/, 'a text of e, s and f').describe(
    'A letter an image, in the order of images, which may be more: e wrong before the attack, s success, f failure.',
  ),
  norms: list(size(), 'numbers').describe('L2 norm of the stored float32 perturbation, in float64.'),
  float32: list(share(), 'shares').describe('Share of the fresh draws that the stored image fools.'),
  eightBit: list(share(), 'shares').describe('The same after rounding to 8 bits.'),
  fooledFloat32: bits(),
  fooledEightBit: bits(),
  nonFinite: bits(),
  queries: list(count(), 'counts').describe('Runs of the deployed defence that the attack asked for.'),
  gradients: list(count(), 'counts').describe('Gradients that the attack asked for.'),
  zeroGradients: list(count(), 'counts').describe('Of these, those that were exactly 0.'),
  nonFiniteAnswers: list(count(), 'counts').describe('Answers with NaN or infinite numbers.'),
}).meta({ id: 'PackedImages', description: 'What became of every image, as columns.' });

const judged = {
  cleanErrors: bits().describe('A bit an image: wrong before.'),
  fooled: bits().describe('A bit an image: wrong now.'),
};

export const evaluationSchema = object({
  format: z.literal('bo-search/evaluation', 'expected "bo-search/evaluation"').describe('What the file is.'),
  version: z.literal(1, 'expected 1').describe('Version of the format.'),
  manifest: object({
    versions: object({
      boSearch: text().describe('Of bo-search.'),
      node: text().describe('Of Node, with its v.'),
    }).describe('What wrote the file.'),
    backend: text().describe('What ran.'),
    precision: z.literal('float32', 'expected "float32"').describe('Of images, logits and gradients.'),
    schedules: text().describe('sha256:… of the schedules that were given.'),
    facts: object({
      model: object({
        name: text().describe('Its name.'),
        hash: text().describe('sha256:… of its weights and settings.'),
        classifier: text().describe('sha256:… of the classifier.'),
        images: text().describe('sha256:… of the pools that images are chosen from.'),
      }).describe('The generative model and what goes with it.'),
      task: text().describe('The task of the model.'),
      seed: count().describe('Decides images, noise and every random choice.'),
      images: text().describe('sha256:… of the images.'),
    }).describe('What makes the evaluation the one it is.'),
    config: anything('The configuration as search.schema.json has it, without workers and memoryMb.'),
  }).describe('What the numbers depend on.'),
  classes: list(text(), 'names')
    .min(1, 'expected at least one class')
    .describe('Names, in the order of logits.'),
  images: list(text(), 'ids')
    .min(1, 'expected at least one image')
    .describe('Ids of the images; columns follow them.'),
  searched: list(text(), 'ids').describe('Of these, the ones a search was run on.'),
  defences: list(
    object({
      label: text().describe('What tables call it, distinct.'),
      alphas: list(share(), 'numbers from 0 to 1')
        .optional()
        .describe('Before attenuation; absent without a model.'),
      effectiveAlphas: list(share(), 'numbers from 0 to 1')
        .optional()
        .describe('After attenuation: attenuation · alphas.'),
      preprocessing: anything('Blur and noise before it.'),
      purifications: count().describe('K, runs whose logits are averaged.'),
      hash: text().describe('sha256:… of models and settings.'),
      looksLikeSoftmax: flag().describe('Whether clean outputs look like probabilities.'),
      draws: flag().describe('Whether two draws on an image differ.'),
    }).meta({ id: 'EvaluatedDefence', description: 'What stood in front of the classifier.' }),
    'defences',
  ).describe('What was attacked, in the order of the tables.'),
  cells: list(
    object({ defence: text().describe('Label of the defence.'), attack, verification, images }).meta({
      id: 'AttackCell',
      description: 'One attack against one defence.',
    }),
    'cells',
  ).describe('What every attack did to every defence.'),
  transfers: list(
    object({
      defence: text().describe('The defence that judges.'),
      from: text().describe('The defence the images were made against.'),
      attack: text().describe('The attack that made them.'),
      judge: z
        .enum(['defence', 'purifier-off'], 'expected defence or purifier-off')
        .describe('Who judges: the defence, or the bare classifier behind it.'),
      ...judged,
    }).meta({ id: 'Transfer', description: 'Images made elsewhere, or judged without the purifier.' }),
    'transfers',
  ).describe('Images judged behind another defence than they were made against.'),
  noise: list(
    object({
      defence: text().describe('Label of the defence.'),
      ball,
      tries: count().describe('Random points tried an image.'),
      ...judged,
    }).meta({
      id: 'Noise',
      description: 'Random points instead of an attack.',
    }),
    'noise cells',
  ).describe('Random noise of the bounds that the attacks had.'),
  convergence: list(
    object({
      defence: text().describe('Label of the defence.'),
      attack: text().describe('Label of the attack.'),
      images: count().describe('Images it was run on, the first so many.'),
      draws: list(count(), 'counts').describe('Draws inside the attack.'),
      successes: list(count(), 'counts').describe('Verified successes at each.'),
    }).meta({ id: 'Convergence', description: 'One attack with several numbers of draws.' }),
    'convergence cells',
  ).describe('Whether more draws inside an attack make it stronger.'),
  report: object({
    bounds: list(size(), 'bounds').describe('L2 bounds that rates are given at.'),
    attacks: list(anything('A defence under an attack at a bound.'), 'rows').describe(
      'A row a defence, attack and bound.',
    ),
    warnings: list(
      object({
        code: text().describe('Its kind: see docs/evaluation.md.'),
        severity: z
          .enum(['warning', 'note'], 'expected warning or note')
          .describe('A note is within chance, or small.'),
        text: text().describe('What was seen, with the numbers.'),
      }),
      'warnings',
    ).describe('What makes the numbers doubtful.'),
  }).describe('What the cells add up to, and what makes them doubtful.'),
}).meta({ id: 'EvaluationResults', description: 'results.json of an evaluation.' });

/** JSON Schema of `results.json` of an evaluation, by which it is read. Other fields may be added. */
export function evaluationJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(evaluationSchema);
  return {
    $schema,
    $id: 'urn:bo-search:schemas:evaluation:1',
    title: 'bo-search evaluation',
    ...rest,
  };
}
