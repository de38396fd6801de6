/** Puts files in place whole or not at all: written beside the target, flushed, then moved there. */
import { link, open, rename, rm } from 'node:fs/promises';

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
  const partial = `${path}.partial`;
  try {
    const handle = await open(partial, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await place(partial);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw cause;
  }
}
