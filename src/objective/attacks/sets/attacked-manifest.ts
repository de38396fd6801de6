/** The manifest of a stored attacked set, `attacked.json`. */
import { z } from 'zod';

const BESIDE = 'expected the name of a pixels file beside the manifest';

const text = z.string('expected text');
const count = z.int('expected an integer of at least 0').min(0, 'expected an integer of at least 0');
const hash = z
  .string('expected sha256: and 64 digits')
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 digits');
const bit = z.boolean('expected true or false');
const finite = z.number('expected a number');
const identity = z.object({ name: text, hash: text }, 'expected an object with name and hash');

/** Complete settings of an attack; compared as a whole, so that their fields need no list here. */
const settings = z.looseObject(
  { name: text, l2Bound: finite.exactOptional(), linfBound: finite.exactOptional() },
  'expected settings with name and bound',
);

const attackedImage = z.object(
  {
    id: text,
    outcome: z.enum(['clean-error', 'success', 'failure'], 'expected clean-error, success or failure'),
    fooled: z.object({ float32: bit, eightBit: bit }, 'expected an object with float32 and eightBit'),
    norm: finite,
    flags: z.object({ zeroGradient: bit, nonFinite: bit }, 'expected an object with flags'),
  },
  'expected an object',
);

const images = z.object(
  {
    name: text,
    hash,
    shape: z.object({ height: count, width: count, channels: count }, 'expected height, width, channels'),
    classes: z.array(text, 'expected an array of class names'),
    ids: z.array(text, 'expected an array of ids'),
    labels: z.array(count, 'expected an array of class numbers'),
    /** Pixels beside the manifest, float32 little-endian (m, H, W, C). */
    file: z.string(BESIDE).regex(/^attacked-[0-9a-f]+\.f32$/, BESIDE),
    sha256: text,
  },
  'expected an object',
);

export const attackedManifestSchema = z
  .object(
    {
      format: z.literal('bo-search/attacked-set', 'expected "bo-search/attacked-set"'),
      version: z.literal(1, 'expected 1'),
      request: z.object(
        {
          attack: settings,
          seed: finite,
          model: identity,
          victim: identity,
          images: z.object({ name: text, hash: text, count }, 'expected name, hash and count'),
          keepOnlySuccessful: bit,
        },
        'expected an object',
      ),
      madeBy: z.object(
        { backend: text, versions: z.object({ boSearch: text, node: text }, 'expected versions') },
        'expected an object',
      ),
      images,
      perImage: z.array(attackedImage, 'expected an array'),
      dropped: z.array(attackedImage, 'expected an array'),
    },
    'expected an object',
  )
  .refine((manifest) => manifest.perImage.length === manifest.images.ids.length, {
    message: 'expected one entry an image',
    path: ['perImage'],
  });

export type AttackedManifest = z.infer<typeof attackedManifestSchema>;
