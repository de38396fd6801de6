/** JSON Schema of the schedules file, version 1: the one source for `schemas/schedules.schema.json` and for reading. */
import { MAX_LATENTS } from './alphas.js';
import type { JsonSchema } from './check-schema.js';

const share: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };

/** A text, integer or share with what it means. */
const said = (description: string, schema: JsonSchema): JsonSchema => ({ description, ...schema });

const alphas: JsonSchema = {
  description: 'One number a latent, in the order of the latents: 0 keeps it, 1 re-samples it.',
  type: 'array',
  minItems: 1,
  maxItems: MAX_LATENTS,
  items: share,
};

const common: Readonly<Record<string, JsonSchema>> = {
  alphas: { $ref: '#/$defs/alphas' },
  label: { description: 'A name for people.', type: 'string', minLength: 1, maxLength: 200 },
  attenuation: {
    description: 'Factor on alphas before mixing; absent means 1.',
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
  },
  effectiveAlphas: { $ref: '#/$defs/alphas' },
  metrics: { $ref: '#/$defs/metrics' },
  provenance: { $ref: '#/$defs/provenance' },
};

/** One kind of schedule, with what it needs beside its alphas. */
function variant(
  kind: string,
  description: string,
  own: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  return {
    description,
    type: 'object',
    required: ['kind', ...Object.keys(own), 'alphas'],
    properties: { kind: { description, const: kind }, ...own, ...common },
    additionalProperties: false,
  };
}

const schedule: JsonSchema = {
  oneOf: [
    variant('learned', 'Found by a search.'),
    variant('linear', 'alphas[i] = (i + 1) / N.'),
    variant('cosine', 'alphas[i] = (1 - cos(pi (i + 1) / N)) / 2.'),
    variant('step', '0 before latent `from`, 1 from it on.', {
      from: said('First latent that is re-sampled, from 0 to N (none).', {
        type: 'integer',
        minimum: 0,
        maximum: MAX_LATENTS,
      }),
    }),
    variant('constant', 'The same value for all latents.', { value: said('The α of every latent.', share) }),
    variant('reversed', '1 minus the schedule named by `of`.', {
      of: { description: 'The schedule that is turned around.', enum: ['linear', 'cosine'] },
    }),
    variant('custom', 'Any other, such as one written by hand.'),
  ],
};

const estimate: JsonSchema = {
  description:
    "A mean over images with its 95 % interval, all in [0, 1]: Wilson's for a share; for the objective from the Wilson intervals of the parts that have weight.",
  type: 'object',
  required: ['mean', 'interval'],
  properties: {
    mean: said('Mean over the images.', share),
    interval: {
      description: '95 % interval: lower end, upper end; the mean is not outside of it.',
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: share,
    },
  },
  additionalProperties: false,
};

const split: JsonSchema = {
  description: 'Scores on one set of images.',
  type: 'object',
  properties: {
    clean: { description: 'Share of the clean images classified rightly.', $ref: '#/$defs/estimate' },
    robust: { description: 'Share of the attacked images classified rightly.', $ref: '#/$defs/estimate' },
    objective: {
      description: 'Mean of weights.clean · clean + weights.robust · robust over the images.',
      $ref: '#/$defs/estimate',
    },
    weights: {
      description: 'Weights of the two accuracies in the objective; their sum is 1.',
      type: 'object',
      required: ['clean', 'robust'],
      properties: {
        clean: said('Weight of accuracy on clean images.', share),
        robust: said('Weight of accuracy on attacked images.', share),
      },
      additionalProperties: false,
    },
    images: { description: 'Images it was measured on.', type: 'integer', minimum: 1 },
    draws: { description: 'Purifications an image whose logits were averaged.', type: 'integer', minimum: 1 },
  },
  additionalProperties: false,
};

const model: JsonSchema = {
  description: 'The model the schedules are for.',
  type: 'object',
  required: ['name', 'latents'],
  properties: {
    name: said('Name of the model.', { type: 'string', minLength: 1, maxLength: 200 }),
    hash: {
      description: 'sha256: and 64 hexadecimal digits',
      type: 'string',
      pattern: '^sha256:[0-9a-f]{64}$',
    },
    latents: {
      description: 'Names of the latents in the order of the walk; no two the same.',
      type: 'array',
      minItems: 1,
      maxItems: MAX_LATENTS,
      items: { type: 'string', minLength: 1, maxLength: 200 },
    },
  },
  additionalProperties: false,
};

/** The defence the alphas were found for, beside the alphas. */
const defence: JsonSchema = {
  description: 'The defence the alphas were found for, beside the alphas.',
  type: 'object',
  properties: {
    temperature: {
      description: 'Scale of the prior noise.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
    },
    noiseNorm: {
      description: 'L2 norm of the Gaussian noise added to the input.',
      type: 'number',
      minimum: 0,
    },
    blurSigma: {
      description: 'Standard deviation of the Gaussian blur of the input, in pixels.',
      type: 'number',
      minimum: 0,
    },
    blurKernel: { description: 'Taps of the blur, an odd number.', type: 'integer', minimum: 1 },
  },
  additionalProperties: false,
};

export const schedulesSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:bo-search:schemas:schedules:1',
  title: 'bo-search schedules',
  description: 'How much of each latent to re-sample when a model purifies images.',
  type: 'object',
  required: ['format', 'version', 'model', 'schedules'],
  properties: {
    $schema: { description: 'Where this schema is, for editors.', type: 'string' },
    format: { description: 'What the file is.', const: 'bo-search/schedules' },
    version: { description: 'Version of the format.', const: 1 },
    model: { $ref: '#/$defs/model' },
    defence: { $ref: '#/$defs/defence' },
    schedules: {
      description: 'In any order; learned first as bo-search writes them.',
      type: 'array',
      minItems: 1,
      maxItems: 10_000,
      items: { $ref: '#/$defs/schedule' },
    },
  },
  additionalProperties: false,
  $defs: {
    alphas,
    model,
    defence,
    schedule,
    estimate,
    metrics: {
      description: 'Scores by the images they were measured on.',
      type: 'object',
      properties: {
        search: {
          description: 'On the images that were searched on: too good to be true.',
          $ref: '#/$defs/split',
        },
        heldOut: { description: 'On images that no choice was made on.', $ref: '#/$defs/split' },
      },
      additionalProperties: false,
    },
    split,
    provenance: {
      description: 'Where the schedule comes from; further keys are allowed.',
      type: 'object',
      properties: {
        studySeed: said('Seed of the study.', { type: 'integer' }),
        evaluations: said('Trials of the study that ended.', { type: 'integer', minimum: 0 }),
        samples: said('Names of the samples it was searched on.', {
          type: 'array',
          items: { type: 'string' },
        }),
        version: { description: 'Version of bo-search that wrote it.', type: 'string' },
        source: said('Where it comes from, in words.', { type: 'string' }),
      },
    },
  },
};
