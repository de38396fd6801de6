/** `bo-search validate`: what a file is and whether it is right. */
import { describeFile } from '../../search/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { note, print } from '../terminal.js';

/** Says what the file or folder is; throws what is wrong with it. */
export async function validate(path: string, flags: { readonly json?: boolean }): Promise<ExitCode> {
  const description = await describeFile(path);
  for (const warning of description.warnings) note(`warning: ${warning}`);
  if (flags.json === true) print(JSON.stringify({ ...description, valid: true }));
  else print(`${path}: ${description.text}`);
  return EXIT.done;
}
