/** Puts files in place whole or not at all: written beside the target, flushed, then moved there. */
import { randomUUID } from 'node:crypto';
import { link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file in preparation: the target's name, a word of its own so that no two writers share one, and `.partial`. */
const PARTIAL = /\.[0-9a-f]{8}-[0-9a-f-]{27}\.partial$/;

/** Nobody who is alive takes so long over a file. */
const LEFT_AFTER_MS = 3_600_000;

/** Puts a file at `path`, over one that is there. The system's error goes up, and what was there stays. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await putFile(path, content, (partial) => rename(partial, path));
}

/** Puts a file at `path`, where nothing may be: else the system's `EEXIST` goes up, and what is there stays. */
export async function putNewFile(path: string, content: string | Uint8Array): Promise<void> {
  await putFile(path, content, async (partial) => {
    await link(partial, path);
    await rm(partial);
  });
}

async function putFile(
  path: string,
  content: string | Uint8Array,
  place: (partial: string) => Promise<void>,
): Promise<void> {
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    await place(await written(partial, content));
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw cause;
  }
}

async function written(partial: string, content: string | Uint8Array): Promise<string> {
  const handle = await open(partial, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
    await removeLeftovers(dirname(partial), (await handle.stat()).mtimeMs);
  } finally {
    await handle.close();
  }
  return partial;
}

/** Takes away what writers that died have left in the folder. @param now - by the clock of its file system. */
async function removeLeftovers(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => PARTIAL.test(one))) {
    const leftover = join(folder, name);
    const { mtimeMs } = await stat(leftover).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > LEFT_AFTER_MS) await rm(leftover, { force: true }).catch(() => undefined);
  }
}
