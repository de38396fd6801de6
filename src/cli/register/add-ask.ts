/** Registers `bo-search ask`. */
import { Option } from 'commander';
import type { AskFlags } from '../commands/ask.js';
import {
  choice,
  jsonOption,
  numberBetween,
  pointFormatOption,
  place,
  waitOption,
  wholeNumber,
} from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

const SCRIPT = `
A shell script as the objective, 20 trials long (score.sh prints one number for the values it is given):
  for i in $(seq 20); do
    line=$(npx bo-search ask runs/shell --space space.yaml --seed 1 --format shell) || exit
    eval "$line"
    if value=$(./score.sh $values)
    then npx bo-search tell runs/shell "$trial" --value "$value"
    else npx bo-search tell runs/shell "$trial" --failed "score.sh ended with $?"
    fi || exit
  done
  npx bo-search best runs/shell`;

export const addAsk: Registration = (program, answer) => {
  addCommand(program, 'ask', 'askTell')
    .argument('<folder>', 'folder of the study; a new one is begun there')
    .addOption(choiceOfSpace())
    .option('--space <file>', 'of a new study: YAML or JSON with name: { real: [low, high] }, …', place)
    .option('--no-seeds', 'of a new study: leave out the structured points that are tried first')
    .option('--seed <n>', 'of a new study: its seed (default: 0)', wholeNumber(0))
    .addOption(
      choice('--direction <way>', 'of a new study: what is better (default: maximize)', [
        'maximize',
        'minimize',
      ]),
    )
    .addOption(
      choice('--policy <name>', 'of a new study: how points are chosen (default: bayes)', [
        'bayes',
        'random',
        'sobol',
      ]),
    )
    .option(
      '--clean-weight <share>',
      'of a new study: weight of clean accuracy, against robust, in the score of blocks (default: 0.5)',
      numberBetween(0, 1),
    )
    .option('--count <n>', 'trials to ask for, each with those before it pending', wholeNumber(1), 1)
    .addOption(pointFormatOption())
    .addOption(waitOption())
    .addOption(jsonOption())
    .summary('ask for a point to judge; its trial waits for tell')
    .description(
      'Prints number and values of the next trial. The trial stays pending, whatever becomes of this process, until ' +
        'it is told or expired. On later calls the options of a new study may be left out; those given must agree ' +
        'with it.',
    )
    .addHelpText('after', SCRIPT)
    .addHelpText(
      'after',
      examples(
        'ask runs/mine --latents 18 --seed 1         # 0 0.0556 0.1111 …',
        'ask runs/mine --count 4 --json',
        'ask runs/rate --space space.yaml --direction minimize --format shell',
      ),
    )
    .action((folder: string, flags: AskFlags) =>
      answer(async () => (await import('../commands/ask.js')).ask(folder, flags), flags.json),
    );
};

function choiceOfSpace(): Option {
  return new Option('--latents <n>', 'of a new study: search the α of so many latents')
    .argParser(wholeNumber(1))
    .conflicts('space');
}
