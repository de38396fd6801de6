/** The manifest of a packed model, `model.json`: architecture, latents, tasks, and every file with its hash. */
import { z } from 'zod';
import { BoSearchError } from '../../errors.js';

const count = z.int('expected an integer of at least 1').min(1, 'expected an integer of at least 1');
const zeros = z.int('expected an integer of at least 0').min(0, 'expected an integer of at least 0');
const text = z.string('expected text').min(1, 'expected text that is not empty');
const sides = z.tuple([zeros, zeros, zeros, zeros], 'expected [top, bottom, left, right]');

const file = z.object(
  {
    /** Relative to the manifest's folder. */
    file: text,
    sha256: z
      .string('expected 64 hexadecimal digits')
      .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
  },
  'expected an object with file and sha256',
);

const scale = z.object(
  { size: count, channels: count, middle: count, kernel: count, z: count, groups: count },
  'expected an object with size, channels, middle, kernel, z and groups',
);

const hvaeArchitecture = z.object(
  {
    padImage: z.union([z.literal(0), z.literal(2)], 'expected 0 or 2'),
    stemChannels: count,
    stemMiddle: count,
    encoderCells: count,
    scales: z.tuple([scale, scale, scale], 'expected three scales, coarsest first'),
    logSigmaBound: z.number('expected a number above 0').positive('expected a number above 0'),
    downPadding: sides,
    depthToSpace: z.literal('tensorflow', 'expected "tensorflow"'),
    output: z.literal('clamp', 'expected "clamp"'),
  },
  'expected an object',
);

const cnnArchitecture = z.object(
  {
    channels: z.array(count, 'expected an array of integers').min(1, 'expected at least one layer'),
    strides: z.array(count, 'expected an array of integers'),
    kernel: count,
    padding: sides,
  },
  'expected an object with channels, strides, kernel and padding',
);

const task = z.object(
  {
    classes: z.array(text, 'expected an array of class names').min(2, 'expected at least two class names'),
    fromFine: z.array(zeros, 'expected an array of class numbers'),
    classifier: file.extend({ architecture: cnnArchitecture }),
  },
  'expected an object with classes, fromFine and classifier',
);

export const modelManifestSchema = z.object(
  {
    format: z.literal('bo-search/model', 'expected "bo-search/model"'),
    version: z.literal(1, 'expected 1'),
    name: text,
    family: z.literal('hvae', 'expected "hvae"'),
    image: z.object(
      {
        height: count,
        width: count,
        channels: count,
        range: z.tuple([z.literal(0, 'expected 0'), z.literal(1, 'expected 1')], 'expected the range [0, 1]'),
      },
      'expected an object with height, width, channels and range',
    ),
    architecture: hvaeArchitecture,
    temperature: z
      .number('expected a number in (0, 1]')
      .gt(0, 'expected a number in (0, 1]')
      .lte(1, 'expected a number in (0, 1]'),
    latents: z.array(
      z.object(
        { name: text, shape: z.array(count, 'expected a shape') },
        'expected an object with name and shape',
      ),
      'expected an array of latents',
    ),
    weights: file,
    images: file,
    tasks: z
      .record(text, task, 'expected an object of tasks')
      .refine((tasks) => Object.keys(tasks).length > 0, 'expected at least one task'),
  },
  'expected an object',
);

export type ModelManifest = z.infer<typeof modelManifestSchema>;
export type HvaeArchitecture = z.infer<typeof hvaeArchitecture>;
export type CnnArchitecture = z.infer<typeof cnnArchitecture>;
export type TaskManifest = z.infer<typeof task>;
export type FileEntry = z.infer<typeof file>;

/**
 * Checks what a schema cannot: that sizes, latents and tasks fit together.
 * @throws BoSearchError `E_MODEL` naming file, place, what was expected and what was found.
 */
export function assertModelManifest(manifest: ModelManifest, where: string): void {
  assertSizes(manifest, where);
  assertLatents(manifest, where);
  for (const [name, entry] of Object.entries(manifest.tasks)) {
    const { channels, strides } = entry.classifier.architecture;
    if (strides.length !== channels.length) {
      const place = `${where} tasks.${name}.classifier.architecture.strides`;
      fail(`${place}: expected ${channels.length} numbers, one a layer, got ${strides.length}`);
    }
    const wrong = entry.fromFine.findIndex((target) => target >= entry.classes.length);
    if (wrong >= 0) {
      const place = `${where} tasks.${name}.fromFine[${wrong}]`;
      fail(`${place}: expected a class number below ${entry.classes.length}, got ${entry.fromFine[wrong]}`);
    }
  }
}

/** The network halves twice to the finest scale, twice more between scales, and ends in one pixel. */
function assertSizes({ image, architecture }: ModelManifest, where: string): void {
  const [coarse, middle, fine] = architecture.scales;
  const side = image.height + 2 * architecture.padImage;
  const place = `${where} architecture.scales`;
  if (image.height !== image.width) {
    fail(`${where} image: expected a square image, got ${image.height} by ${image.width}`);
  }
  const expected = [1, side / 8, side / 4];
  const got = [coarse.size, middle.size, fine.size];
  if (expected.join() !== got.join()) {
    fail(
      `${place}: expected sizes ${expected.join(', ')} for a padded side of ${side}, got ${got.join(', ')}`,
    );
  }
}

function assertLatents({ architecture, latents }: ModelManifest, where: string): void {
  const expected = architecture.scales.flatMap(({ size, z: depth, groups }) =>
    Array.from({ length: groups }, () => [size, size, depth]),
  );
  if (latents.length !== expected.length) {
    fail(`${where} latents: expected ${expected.length} as in architecture.scales, got ${latents.length}`);
  }
  const names = new Set<string>();
  for (const [i, latent] of latents.entries()) {
    const shape = expected[i] ?? [];
    if (latent.shape.join() !== shape.join()) {
      fail(`${where} latents[${i}].shape: expected [${shape.join(', ')}], got [${latent.shape.join(', ')}]`);
    }
    if (names.has(latent.name)) {
      fail(`${where} latents[${i}].name: expected a name of its own, got "${latent.name}" again`);
    }
    names.add(latent.name);
  }
}

function fail(message: string): never {
  throw new BoSearchError('E_MODEL', message, { hint: 'pack the model again with training/pack.py' });
}
