/** Registers `bo-search init`. */
import { type JsonFlag, jsonOption } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addInit: Registration = (program, answer) => {
  addCommand(program, 'init', 'search')
    .argument('[folder]', 'where to put it', '.')
    .addOption(jsonOption())
    .summary('write a search.yaml that explains every key')
    .description('Writes a search.yaml that explains every key and works as it is. Never writes over a file.')
    .addHelpText('after', examples('init', 'init experiments/first'))
    .action((folder: string, flags: JsonFlag) =>
      answer(async () => (await import('../commands/init.js')).init(folder, flags), flags.json),
    );
};
