/** JSON Schema of the schedules file, version 1: the one source for `schemas/schedules.schema.json` and for reading. */
import { MAX_LATENTS } from './alphas.js';
import type { JsonSchema } from './check-schema.js';

const share: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };

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
    properties: { kind: { const: kind }, ...own, ...common },
    additionalProperties: false,
  };
}

const schedule: JsonSchema = {
  oneOf: [
    variant('learned', 'Found by a search.'),
    variant('linear', 'alphas[i] = (i + 1) / N.'),
    variant('cosine', 'alphas[i] = (1 - cos(pi (i + 1) / N)) / 2.'),
    variant('step', '0 before latent `from`, 1 from it on.', {
      from: { type: 'integer', minimum: 0, maximum: MAX_LATENTS },
    }),
    variant('constant', 'The same value for all latents.', { value: share }),
    variant('reversed', '1 minus the schedule named by `of`.', {
      of: { enum: ['linear', 'cosine'] },
    }),
    variant('custom', 'Any other, such as one written by hand.'),
  ],
};

const estimate: JsonSchema = {
  description: 'A mean over images with its 95 % interval, both in [0, 1].',
  type: 'object',
  required: ['mean', 'interval'],
  properties: {
    mean: share,
    interval: { type: 'array', minItems: 2, maxItems: 2, items: share },
  },
  additionalProperties: false,
};

const split: JsonSchema = {
  type: 'object',
  properties: {
    clean: { $ref: '#/$defs/estimate' },
    robust: { $ref: '#/$defs/estimate' },
    objective: { $ref: '#/$defs/estimate' },
    images: { description: 'Images it was measured on.', type: 'integer', minimum: 1 },
    draws: { description: 'Purifications an image whose logits were averaged.', type: 'integer', minimum: 1 },
  },
  additionalProperties: false,
};

const model: JsonSchema = {
  type: 'object',
  required: ['name', 'latents'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 200 },
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
  title: 'bo-search schedules',
  description: 'How much of each latent to re-sample when a model purifies images.',
  type: 'object',
  required: ['format', 'version', 'model', 'schedules'],
  properties: {
    $schema: { type: 'string' },
    format: { const: 'bo-search/schedules' },
    version: { const: 1 },
    model: { $ref: '#/$defs/model' },
    defence: { $ref: '#/$defs/defence' },
    schedules: { type: 'array', minItems: 1, maxItems: 10_000, items: { $ref: '#/$defs/schedule' } },
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
      properties: { search: { $ref: '#/$defs/split' }, heldOut: { $ref: '#/$defs/split' } },
      additionalProperties: false,
    },
    split,
    provenance: {
      description: 'Where the schedule comes from; further keys are allowed.',
      type: 'object',
      properties: {
        studySeed: { type: 'integer' },
        evaluations: { type: 'integer', minimum: 0 },
        samples: { type: 'array', items: { type: 'string' } },
        version: { description: 'Version of bo-search that wrote it.', type: 'string' },
        source: { type: 'string' },
      },
    },
  },
};
