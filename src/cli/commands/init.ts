/** `bo-search init`: a configuration to begin with. */
import { join } from 'node:path';
import { SEARCH_TEMPLATE, writeNew } from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { commandLine } from '../shell-words.js';
import { print } from '../terminal.js';

/** Writes `search.yaml` into a folder, which is made if need be. */
export async function init(folder: string, flags: { readonly json?: boolean } = {}): Promise<ExitCode> {
  const file = join(folder, 'search.yaml');
  await writeNew(file, SEARCH_TEMPLATE);
  const out = join(folder, 'runs', 'first');
  const next = commandLine('run', file, '--out', out);
  if (flags.json === true) print(JSON.stringify({ kind: 'written', files: [file], next }));
  else print(`wrote ${file}`, `next: ${next}`);
  return EXIT.done;
}
