/** Commands as a shell takes them, for hints that can be copied. */

/** How the command is called: a package installed in a project is not on PATH. */
export const COMMAND = 'npx bo-search';

/** A command line of ours; words are quoted where a shell needs it. */
export function commandLine(...words: readonly string[]): string {
  return [COMMAND, ...words.map(quoted)].join(' ');
}

/** The command that goes on with the run in a folder, for whoever does not know its configuration's file. */
export function runCommand(folder: string): string {
  return `${COMMAND} run <your search.yaml> --out ${quoted(folder)}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
