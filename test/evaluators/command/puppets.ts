/** Puppet evaluators, started as the tests want them, and all closed after each test. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';
import {
  type CommandEvaluator,
  type CommandEvaluatorOptions,
  type EvaluatorEvent,
  openCommandEvaluator,
  type SampleSpec,
} from '../../../src/evaluators/index.js';

const PUPPET = fileURLToPath(new URL('puppet.mjs', import.meta.url));

/** See `puppet.mjs`. */
export type Plan = Readonly<Record<string, unknown>>;

export const SPEC: SampleSpec = {
  set: 'search',
  images: 12,
  seed: 1,
  noiseKey: 'search/1',
  draws: 2,
  parts: ['clean', 'robust'],
  defence: { temperature: null, attenuation: 1, blur: null, noise: null },
  attack: { kind: 'fgsm-l2', against: 'classifier', l2Bound: 1, keepOnlySuccessful: false },
};

const opened: CommandEvaluator[] = [];

afterEach(async () => {
  for (const evaluator of opened.splice(0)) await evaluator.close();
});

export const commandOf = (plan: Plan = {}): string[] => [process.execPath, PUPPET, JSON.stringify(plan)];

/** Short waits, so that tests are quick; `silenceSeconds` is what a busy machine may need to answer at all. */
export const QUICK = {
  silenceSeconds: 20,
  graceSeconds: 10,
  backoff: { firstSeconds: 0.001, factor: 1, mostSeconds: 1 },
} as const;

export interface OpenPuppet extends CommandEvaluator {
  readonly events: EvaluatorEvent[];
}

export async function openPuppet(
  plan: Plan = {},
  options: Partial<CommandEvaluatorOptions> & { readonly signal?: AbortSignal } = {},
): Promise<OpenPuppet> {
  const events: EvaluatorEvent[] = [];
  const evaluator = await openCommandEvaluator({
    command: commandOf(plan),
    ...QUICK,
    onEvent: (event) => events.push(event),
    ...options,
  });
  opened.push(evaluator);
  return { ...evaluator, events };
}

/** What the puppet says of trial k on images [from, to). */
export function outcomesOf(k: number, from = 0, to = SPEC.images): { clean: string; robust: string } {
  const bits = (most: number): string =>
    Array.from({ length: to - from }, (_, i) => ((7 * k + 13 * (from + i)) % 10 < most ? '1' : '0')).join('');
  return { clean: bits(6), robust: bits(3) };
}

/** The α that are trial k to a puppet. */
export const alphasOf = (k: number): number[] => [k / 1000, 0.5];

/** What a puppet wrote into its log. */
export const linesOf = (log: string): string[] => readFileSync(log, 'utf8').trimEnd().split('\n');
