/** The program: all commands put together, and how one of them is carried out. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT, EXIT_CODES_HELP, type ExitCode } from './exit-codes.js';
import { addAttack } from './register/add-attack.js';
import { addBaselines } from './register/add-baselines.js';
import { addDoctor } from './register/add-doctor.js';
import { addEvaluate } from './register/add-evaluate.js';
import { addExplain } from './register/add-explain.js';
import { addExport } from './register/add-export.js';
import { addInit } from './register/add-init.js';
import { addMix } from './register/add-mix.js';
import { addReplay } from './register/add-replay.js';
import { addRun } from './register/add-run.js';
import { addSchedule } from './register/add-schedule.js';
import { addStatus } from './register/add-status.js';
import { addValidate } from './register/add-validate.js';
import { addAsk } from './register/add-ask.js';
import { addBest } from './register/add-best.js';
import { addCompletion } from './register/add-completion.js';
import { addExpire } from './register/add-expire.js';
import { addTell } from './register/add-tell.js';
import { type Answerer, GROUPS, type Registration } from './register/registration.js';
import { showError, showUsageError } from './show-error.js';
import { COMMAND } from './shell-words.js';
import { note } from './terminal.js';

/** All commands, in the order in which help lists them. */
const REGISTRATIONS: readonly Registration[] = [
  addRun,
  addInit,
  addBaselines,
  addAttack,
  addEvaluate,
  addAsk,
  addTell,
  addExpire,
  addBest,
  addExport,
  addSchedule,
  addStatus,
  addValidate,
  addDoctor,
  addReplay,
  addExplain,
  addMix,
  addCompletion,
];

/**
 * Runs the command line.
 * @param args - arguments after the program's name.
 * @returns the exit code; nothing is thrown.
 */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  const [name] = args;
  let exitCode: ExitCode = EXIT.done;
  const answer: Answerer = async (command, json = false) => {
    try {
      exitCode = await command();
    } catch (error) {
      exitCode = showError(error, { json, ...(name === undefined ? {} : { command: name }) });
    }
  };
  try {
    await createProgram(answer).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) return showError(error);
    return error.exitCode === 0 ? EXIT.done : showUsageError(error, args.includes('--json'));
  }
  return exitCode;
}

/**
 * The program with all its commands.
 * @param answer - carries the command that was named out.
 */
export function createProgram(answer: Answerer): Command {
  const program = new Command('bo-search')
    .description('Learns how much of each latent of a model to re-sample when it purifies images.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpCommand(helpCommand())
    .showSuggestionAfterError(true)
    .showHelpAfterError(`hint: ${COMMAND} --help says what there is`)
    .exitOverride()
    .configureOutput({ outputError: (text) => note(commanderError(text)) })
    .addHelpText(
      'after',
      `${EXIT_CODES_HELP}\n\nBegin with: ${COMMAND} init, then ${COMMAND} run search.yaml --out runs/first`,
    );
  for (const register of REGISTRATIONS) register(program, answer);
  return program;
}

/** `help` and `help run`, for whoever types that. */
function helpCommand(): Command {
  return new Command('help')
    .argument('[command]')
    .helpOption(false)
    .helpGroup(GROUPS.look)
    .description('print this help, or that of a command');
}

/** Commander's own words in ours. */
function commanderError(text: string): string {
  return text.trimEnd().replace(/^error: /, 'bo-search: ');
}

function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
