/** The schema of a defence: α, and all of it but α. */
import { z } from 'zod';
import { MAX_LATENTS } from '../../schedules/index.js';
import type { DefenceSpec } from './defence-spec.js';
import { integer, oneOf, positive, section, share } from './schema-parts.js';

/** One number a latent, in [0, 1]. */
export const alphas = () =>
  z.array(z.number('expected a number from 0 to 1').min(0).max(1)).min(1).max(MAX_LATENTS);

export const defence = section({
  temperature: share().nullable().describe('Scale of the prior noise; null for what the model was made for.'),
  attenuation: share().describe('Factor on α before mixing.'),
  blur: section({
    sigma: positive().describe('Standard deviation, in pixels.'),
    kernelSize: z
      .union([integer(1), oneOf(['paper', 'reference'])], 'expected taps, paper or reference')
      .describe('Taps (odd), or a rule by image size.'),
  })
    .nullable()
    .describe('Gaussian blur before the model; null for none.'),
  noise: section({ l2Norm: positive().describe("L2 norm every image's noise is scaled to.") })
    .nullable()
    .describe('Gaussian noise after the blur; null for none.'),
}) satisfies z.ZodType<DefenceSpec>;
