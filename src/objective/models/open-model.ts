/** Opens a packed model: a folder with `model.json`, weights and image manifest, or a model bundled with the package. */
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BoSearchError } from '../../errors.js';
import { fileSha256 } from '../images/content-hash.js';
import type { ImageTask } from '../images/image-task.js';
import { readBytes, readJsonFile } from '../images/json-file.js';
import { assertRuns } from '../tensors/runtime.js';
import type { Runtime } from '../tensors/runtime.js';
import type { Classifier } from './classifier.js';
import { createCnnClassifier } from './cnn-classifier.js';
import { createHvae } from './hvae.js';
import { assertModelManifest, modelManifestSchema } from './manifest.js';
import type { FileEntry, ModelManifest, TaskManifest } from './manifest.js';
import type { ImageSpec, Mlvgm } from './mlvgm.js';

/** Where bundled models are: the same way up from src and from dist. */
const BUNDLED = fileURLToPath(new URL('../../../examples/', import.meta.url));

const MANIFEST = 'model.json';

export interface OpenModelOptions {
  /** The started runtime that holds the weights. */
  readonly runtime: Runtime;
  /** Which of the model's tasks the classifier solves, for example `coarse`. */
  readonly task: string;
}

/** A model ready to be attacked, defended and searched. */
export interface OpenedModel {
  readonly name: string;
  /** The folder it came from, absolute. */
  readonly folder: string;
  /** `sha256:…` of the generative model's weights. */
  readonly hash: string;
  readonly mlvgm: Mlvgm;
  readonly classifier: Classifier;
  readonly task: ImageTask;
  /** The temperature the model was tuned for, in (0, 1]. */
  readonly temperature: number;
  /** Absolute path of `images.json`, whose hash was checked. */
  readonly imagesManifest: string;
  /** `sha256:…` of `images.json`, which names every image file by its hash. */
  readonly imagesHash: string;
  /** Frees generative model and classifier. */
  dispose(): void;
}

/**
 * Opens a model.
 * @param folderOrName - a bundled name such as `fashion-mnist`, or a folder; write `./name` for a folder whose name is
 * also a bundled one.
 * @throws BoSearchError `E_MODEL` (no such model, malformed manifest, unknown task, a path that leaves the folder, a
 * hash that differs), `E_WEIGHTS`, `E_NON_FINITE` or `E_BACKEND`; each names file and place.
 */
export async function openModel(folderOrName: string, options: OpenModelOptions): Promise<OpenedModel> {
  assertRuns(options.runtime, 'openModel');
  const { folder, manifest } = await readModelManifest(folderOrName);
  const task = taskOf(manifest, options.task);
  await readChecked(folder, manifest.images, 'images');
  const { height, width, channels } = manifest.image;
  const image = { height, width, channels };
  const mlvgm = await openMlvgm(folder, manifest, image);
  try {
    const classifier = await openClassifier(folder, task, {
      name: `${manifest.name}, ${options.task} classifier`,
      image,
      place: `tasks.${options.task}.classifier`,
    });
    return {
      name: manifest.name,
      folder,
      hash: mlvgm.hash,
      mlvgm,
      classifier,
      task: { name: options.task, classes: task.classes, fromFine: task.fromFine },
      temperature: manifest.temperature,
      imagesManifest: pathOf(folder, manifest.images, 'images'),
      imagesHash: `sha256:${manifest.images.sha256}`,
      dispose: () => {
        mlvgm.dispose();
        classifier.dispose();
      },
    };
  } catch (error) {
    mlvgm.dispose();
    throw error;
  }
}

/**
 * The checked manifest of a model, without its weights: names, latents and tasks for configurations and schedules.
 * @throws BoSearchError `E_MODEL` naming file and place.
 */
export async function readModelManifest(
  folderOrName: string,
): Promise<{ readonly folder: string; readonly manifest: ModelManifest }> {
  const folder = modelFolder(folderOrName);
  const manifest = await readJsonFile(resolve(folder, MANIFEST), modelManifestSchema, 'E_MODEL');
  assertModelManifest(manifest, MANIFEST);
  return { folder, manifest };
}

async function openMlvgm(folder: string, manifest: ModelManifest, image: ImageSpec): Promise<Mlvgm> {
  const { name, latents, architecture, weights } = manifest;
  const bytes = await readChecked(folder, weights, 'weights');
  const hash = `sha256:${weights.sha256}`;
  return createHvae(bytes, weights.file, { name, hash, image, latents, architecture });
}

async function openClassifier(
  folder: string,
  task: TaskManifest,
  options: { readonly name: string; readonly image: ImageSpec; readonly place: string },
): Promise<Classifier> {
  const { file, sha256, architecture } = task.classifier;
  const bytes = await readChecked(folder, task.classifier, options.place);
  const { name, image } = options;
  const hash = `sha256:${sha256}`;
  return createCnnClassifier(bytes, file, { name, hash, image, classes: task.classes, architecture });
}

/** The folder a name stands for. */
function modelFolder(folderOrName: string): string {
  const isName = /^[a-z0-9][a-z0-9-]*$/.test(folderOrName);
  const bundled = resolve(BUNDLED, folderOrName);
  return isName && existsSync(resolve(bundled, MANIFEST)) ? bundled : resolve(folderOrName);
}

function taskOf(manifest: ModelManifest, name: string): TaskManifest {
  const task = Object.hasOwn(manifest.tasks, name) ? manifest.tasks[name] : undefined;
  if (task !== undefined) return task;
  throw new BoSearchError(
    'E_MODEL',
    `${MANIFEST} tasks: expected one of ${Object.keys(manifest.tasks).join(', ')}, got "${name}"`,
    { hint: 'choose a task of this model' },
  );
}

/** The bytes of a file of the manifest, after comparing its hash. */
async function readChecked(folder: string, entry: FileEntry, place: string): Promise<Uint8Array> {
  const bytes = await readBytes(pathOf(folder, entry, place), 'E_MODEL');
  const digest = fileSha256(bytes);
  if (digest === entry.sha256) return bytes;
  throw new BoSearchError('E_MODEL', `${entry.file}: expected sha256 ${entry.sha256}, got ${digest}`, {
    hint: `the file is not the one ${MANIFEST} names (${place}): take both from one packed folder`,
  });
}

/** Where a file of the manifest is: within the model's folder, or within the bundled examples, which models may share. */
function pathOf(folder: string, entry: FileEntry, place: string): string {
  const path = resolve(folder, entry.file);
  if (!isAbsolute(entry.file) && (isWithin(folder, path) || isWithin(BUNDLED, path))) return path;
  throw new BoSearchError(
    'E_MODEL',
    `${MANIFEST} ${place}.file: expected a path within the model's folder or the bundled examples, got "${entry.file}"`,
    { hint: 'copy the file into the folder of the model' },
  );
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
