/** The commands, their options and their help. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { EXIT, EXIT_CODES_HELP, type ExitCode } from './exit-codes.js';
import { showError } from './show-error.js';
import { COMMAND } from './shell-words.js';
import { note } from './terminal.js';

/** What a command answers when it did not throw. */
type Answer = ExitCode | Promise<ExitCode>;

/**
 * Runs the command line.
 * @param args - arguments after the program's name.
 * @returns the exit code; nothing is thrown.
 */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const answer = async (command: () => Answer, json = false): Promise<void> => {
    try {
      exitCode = await command();
    } catch (error) {
      exitCode = showError(error, json);
    }
  };
  try {
    await createProgram(answer).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return showError(error);
  }
  return exitCode;
}

type Answerer = (command: () => Answer, json?: boolean) => Promise<void>;

function createProgram(answer: Answerer): Command {
  const program = new Command('bo-search')
    .description('Learns how much of each latent of a model to re-sample when it purifies images.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(`hint: ${COMMAND} --help says what there is`)
    .exitOverride()
    .configureOutput({ outputError: (text) => note(commanderError(text)) })
    .addHelpText(
      'after',
      `${EXIT_CODES_HELP}\n\nBegin with: ${COMMAND} init, then ${COMMAND} run search.yaml --out runs/first`,
    );
  addRun(program, answer);
  addInit(program, answer);
  addStatus(program, answer);
  addExport(program, answer);
  addValidate(program, answer);
  return program;
}

/** A command that points to its help when it is used wrongly. */
function command(program: Command, name: string): Command {
  return program.command(name).showHelpAfterError(`hint: ${COMMAND} ${name} --help says what is expected`);
}

interface RunFlags {
  readonly out: string;
  readonly seed?: number;
  readonly evaluations?: number;
  readonly json?: boolean;
}

function addRun(program: Command, answer: Answerer): void {
  command(program, 'run')
    .argument('<config>', 'configuration, for example search.yaml')
    .requiredOption('-o, --out <folder>', 'folder of the run; an interrupted run in it goes on', place)
    .option('--seed <n>', 'another seed than the configuration has', wholeNumber(0))
    .option(
      '--evaluations <n>',
      'another number of evaluations, for example to go on with a finished run',
      wholeNumber(1),
    )
    .option('--json', 'one JSON object on standard output at the end; progress stays on standard error')
    .summary('search α for a model, or go on with a search')
    .description(
      'Searches α for a model and compares what it learned with simple schedules on held-out images. ' +
        'Leaves study.jsonl, schedules.json, results.json and alphas.svg in the folder; what is there already is not done again.',
    )
    .addHelpText(
      'after',
      examples(
        'run search.yaml --out runs/first',
        'run search.yaml --out runs/first --evaluations 150    # 50 more',
        'run search.yaml --out runs/seed-2 --seed 2 --json > result.json',
      ),
    )
    .action((config: string, flags: RunFlags) =>
      answer(async () => (await import('./commands/run.js')).run(config, flags), flags.json),
    );
}

function addInit(program: Command, answer: Answerer): void {
  command(program, 'init')
    .argument('[folder]', 'where to put it', '.')
    .summary('write a search.yaml that explains every key')
    .description('Writes a search.yaml that explains every key and works as it is. Never writes over a file.')
    .addHelpText('after', examples('init', 'init experiments/first'))
    .action((folder: string) => answer(async () => (await import('./commands/init.js')).init(folder)));
}

function addStatus(program: Command, answer: Answerer): void {
  command(program, 'status')
    .argument('<folder>', 'folder of a run, or its study.jsonl')
    .option('--json', 'as one JSON object')
    .summary('say how far a run is, without disturbing it')
    .description(
      'Says how far a run is: evaluations, best so far, what runs. Takes no lock: a run may be at work.',
    )
    .addHelpText('after', examples('status runs/first'))
    .action((folder: string, flags: { readonly json?: boolean }) =>
      answer(async () => (await import('./commands/status.js')).status(folder, flags), flags.json),
    );
}

function addExport(program: Command, answer: Answerer): void {
  command(program, 'export')
    .argument('<source>', 'folder of a run, or a schedules file')
    .option(
      '-o, --output <file>',
      'write there instead of standard output; only schedules are replaced',
      place,
    )
    .option('--only <kind>', 'only schedules of this kind, for example learned')
    .summary('write the schedules of a run as JSON')
    .description(
      'Writes the schedules of a run in the format of schemas/schedules.schema.json; of a run that is not finished, ' +
        'the best α so far.',
    )
    .addHelpText(
      'after',
      examples('export runs/first --output schedules.json', 'export runs/first --only learned'),
    )
    .action((source: string, flags: { readonly output?: string; readonly only?: string }) =>
      answer(async () => (await import('./commands/export.js')).exportSchedules(source, flags)),
    );
}

function addValidate(program: Command, answer: Answerer): void {
  command(program, 'validate')
    .argument('<path>', 'search.yaml, schedules file, study.jsonl, or folder of a model or a run')
    .option('--json', 'as one JSON object')
    .summary('say what a file is and whether it is right')
    .description('Says what a file is and whether it is right; if not, where and why.')
    .addHelpText('after', examples('validate search.yaml', 'validate runs/first/schedules.json'))
    .action((path: string, flags: { readonly json?: boolean }) =>
      answer(async () => (await import('./commands/validate.js')).validate(path, flags), flags.json),
    );
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${COMMAND} ${line}`).join('\n')}\n${EXIT_CODES_HELP}`;
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected an integer of at least ${least}, got ${JSON.stringify(text)}`);
  };
}

function place(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError(`expected a path, got ${JSON.stringify(text)}`);
}

/** Commander's own words in ours. */
function commanderError(text: string): string {
  return text.trimEnd().replace(/^error: /, 'bo-search: ');
}

function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
