/** The reference of the commands in docs/cli.md, made from the registered ones. */
import type { Command } from 'commander';

/** Where the reference begins in the page; it goes to its end. */
export const REFERENCE_HEADING = '\n## Commands\n';

/** One section a command: usage, description, arguments, options, examples. */
export function commandReference(program: Command): string {
  return program.commands.map(section).join('\n');
}

function section(command: Command): string {
  const help = command.createHelp();
  const name = command.name();
  const given = help
    .visibleArguments(command)
    .map(
      (argument) => `- \`${help.argumentTerm(argument)}\`: ${escaped(help.argumentDescription(argument))}`,
    );
  const options = help
    .visibleOptions(command)
    .map((option) => `- \`${help.optionTerm(option)}\`: ${escaped(help.optionDescription(option))}`);
  return [
    `### ${name}`,
    '',
    escaped(command.description()),
    '',
    '```sh',
    `npx bo-search ${name} ${command.usage()}`,
    ...examplesOf(command),
    '```',
    '',
    ...given,
    ...options,
    '',
  ].join('\n');
}

/** The lines after `Examples:` in the help that is printed. */
function examplesOf(command: Command): string[] {
  let text = '';
  command.configureOutput({ ...command.configureOutput(), writeOut: (part) => (text += part) });
  command.outputHelp();
  return text
    .split('\n')
    .filter((line) => line.startsWith('  $ '))
    .map((line) => line.slice('  $ '.length));
}

/** Angle brackets would be HTML. */
function escaped(text: string): string {
  return text.replaceAll('<', '&lt;');
}
