/** Registers `bo-search doctor`. */
import type { DoctorFlags } from '../commands/doctor.js';
import { backendOption, jsonOption, words } from './option-values.js';
import { addCommand, examples, type Registration } from './registration.js';

export const addDoctor: Registration = (program, answer) => {
  addCommand(program, 'doctor', 'look')
    .argument('[model]', 'bundled model, folder of a model, or search.yaml (with a model or an evaluator)')
    .option('--task <name>', "which of the model's tasks (default: as configured, else its first)", words)
    .addOption(backendOption())
    .addOption(jsonOption())
    .summary('say what runs here, and check a model or evaluator')
    .description(
      'Says which backends start on this machine and why the others do not. With a model, checks what a search takes for ' +
        'granted: shapes, ranges, clean accuracy, α = 0 without and α = 1 with noise, noise by image id, batches, ' +
        'determinism, gradients against differences, leaks, and images per second. With an evaluator: that it starts, ' +
        'answers the same twice and in two blocks, keeps α = 0 free of noise, and refuses another number of α. ' +
        'Exit code 3 if a check fails.',
    )
    .addHelpText(
      'after',
      examples(
        'doctor                              # this machine alone',
        'doctor fashion-mnist --task fine',
        'doctor ./my-model --backend webgpu',
        'doctor search.yaml --json > doctor.json',
      ),
    )
    .action((model: string | undefined, flags: DoctorFlags) =>
      answer(async () => (await import('../commands/doctor.js')).doctor(model, flags), flags.json),
    );
};
