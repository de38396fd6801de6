/** The manifest of packed images, `images.json`: what each split holds and the hash of its pixels. */
import { z } from 'zod';
import { BoSearchError } from '../../errors.js';

/** What images are for; no image serves two purposes. */
export const SPLIT_NAMES = ['search', 'attack', 'heldOut'] as const;

export type SplitName = (typeof SPLIT_NAMES)[number];

const BESIDE = 'expected the name of a file beside the manifest';

const size = z.int('expected an integer of at least 1').min(1, 'expected an integer of at least 1');
const text = z.string('expected text').min(1, 'expected text that is not empty');

const split = z.object(
  {
    /** gzip of raw uint8 pixels (m, H, W, C), beside the manifest. */
    file: z.string(BESIDE).regex(/^[^/\\]+$/, BESIDE),
    sha256: z
      .string('expected 64 hexadecimal digits')
      .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
    ids: z.array(text, 'expected an array of ids'),
    labels: z.array(
      z.int('expected a class number').min(0, 'expected a class number of at least 0'),
      'expected an array of class numbers',
    ),
  },
  'expected an object with file, sha256, ids and labels',
);

export const imagesManifestSchema = z.object(
  {
    format: z.literal('bo-search/images', 'expected "bo-search/images"'),
    version: z.literal(1, 'expected 1'),
    height: size,
    width: size,
    channels: size,
    classes: z.array(text, 'expected an array of class names').min(2, 'expected at least two class names'),
    splits: z.partialRecord(
      z.enum(SPLIT_NAMES, `expected splits named ${SPLIT_NAMES.join(', ')}`),
      split,
      `expected splits named ${SPLIT_NAMES.join(', ')}`,
    ),
  },
  'expected an object',
);

export type ImagesManifest = z.infer<typeof imagesManifestSchema>;
export type SplitManifest = z.infer<typeof split>;

/**
 * Checks what a schema cannot: labels within the classes, as many labels as ids, and ids used once in all splits.
 * @throws BoSearchError `E_IMAGES` naming file, split and index.
 */
export function assertManifest(manifest: ImagesManifest, file: string): void {
  const owners = new Map<string, string>();
  for (const name of SPLIT_NAMES) {
    const part = manifest.splits[name];
    if (part === undefined) continue;
    const where = `${file} splits.${name}`;
    assertSplitLabels(part, manifest.classes.length, where);
    for (const [index, id] of part.ids.entries()) {
      const owner = owners.get(id);
      if (owner !== undefined) {
        const rule = 'expected ids that no other image of any split has';
        throw new BoSearchError('E_IMAGES', `${where}.ids[${index}]: ${rule}, got "${id}" (also ${owner})`, {
          hint: 'search, attack and held-out images must be different images, or held-out numbers mean nothing',
        });
      }
      owners.set(id, `${name}[${index}]`);
    }
  }
}

function assertSplitLabels(part: SplitManifest, classes: number, where: string): void {
  if (part.labels.length !== part.ids.length) {
    throw new BoSearchError(
      'E_IMAGES',
      `${where}.labels: expected one label for each of ${part.ids.length} ids, got ${part.labels.length}`,
    );
  }
  const wrong = part.labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new BoSearchError(
      'E_IMAGES',
      `${where}.labels[${wrong}]: expected an integer from 0 to ${classes - 1}, got ${part.labels[wrong]}`,
    );
  }
}
