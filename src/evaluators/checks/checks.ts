/** The checks of an evaluator that has started, one function each. */
import type { EvaluatorSample } from '../command/command-evaluator.js';
import {
  bitsOf,
  differing,
  type EvaluatorFinding,
  type EvaluatorToCheck,
  failed,
  passed,
} from './evaluator-to-check.js';

/** Rounds of the measurement of speed. */
const ROUNDS = 2;

const HALF = 0.5;

/** A sample made twice is the same. */
export async function checkSample({ open, spec, description }: EvaluatorToCheck): Promise<EvaluatorFinding> {
  const [one, two] = [await open(spec), await open(spec)];
  const how =
    description.can?.includes('sample') === true ? 'made twice' : `the first of the set ${spec.set}`;
  if (one.name === two.name) {
    return passed(`${one.images} images, ${how}: ${one.name}`, { images: one.images });
  }
  return failed(
    `expected the same sample from the same request, got ${one.name} and ${two.name}`,
    'choose and attack images by the seed alone, so that their hash is the same in every process',
  );
}

/** The same α on the same images gives the same outcomes. */
export async function checkDeterminism(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  const sample = await subject.open(subject.spec);
  const alphas = all(subject, HALF);
  const [one, two] = [bitsOf(await sample.evaluate(alphas)), bitsOf(await sample.evaluate(alphas))];
  const differ = differing(one, two);
  if (differ === 0) return passed(`every α = ${HALF} twice: the same outcomes (${counted(one)})`);
  return failed(
    `expected the same outcomes twice, got ${differ} that differ`,
    'noise must follow (noiseKey, image id, latent, purification), never a clock or the order of calls',
  );
}

/** An image's outcome does not depend on the block it is judged in. */
export async function checkBlocks(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  const sample = await subject.open(subject.spec);
  if (sample.images < 2) return { status: 'skipped', detail: 'one image makes no two blocks' };
  const alphas = all(subject, HALF);
  const block = Math.ceil(sample.images / 2);
  const whole = bitsOf(await sample.evaluate(alphas));
  const differ = differing(whole, bitsOf(await sample.evaluate(alphas, { block })));
  if (differ === 0)
    return passed(`blocks of ${block} and ${sample.images - block} give what one of ${sample.images} gives`);
  return failed(
    `expected two blocks to give the outcomes of one, got ${differ} that differ`,
    'noise must follow the id of an image, not its place in the request; batch norm must be in evaluation mode',
  );
}

/** With every α = 0 the noise key decides nothing: on clean images, as attacks may draw. */
export async function checkNoiseFree(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  const { spec } = subject;
  if (spec.defence.noise !== null) {
    return { status: 'skipped', detail: 'the preprocessing draws noise of its own' };
  }
  const clean = { ...spec, parts: ['clean'], attack: null } as const;
  const alphas = all(subject, 0);
  const under = async (noiseKey: string) =>
    bitsOf(await (await subject.open({ ...clean, noiseKey })).evaluate(alphas));
  const [one, two] = [await under(spec.noiseKey), await under(`${spec.noiseKey}/another`)];
  const differ = differing(one, two);
  if (differ === 0) return passed(`two noise keys give the same outcomes on clean images (${counted(one)})`);
  return failed(
    `expected the same outcomes under two noise keys, got ${differ} that differ`,
    'α = 0 keeps the encoding: take its mean and draw nothing',
  );
}

/** A vector of another length is a mistake to report, not a score to make. */
export async function checkRefusal(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  const latents = subject.description.latents.length;
  const sample = await subject.open(subject.spec);
  for (const count of [latents + 1, latents - 1]) {
    if (
      (await subject.ask(
        sample,
        Array.from({ length: count }, () => HALF),
      )) === 'answered'
    ) {
      return failed(
        `expected ${count} α for ${latents} latents to be refused, got outcomes`,
        'answer { "kind": "error", "message": … } for what cannot be right',
      );
    }
  }
  return passed(`${latents + 1} and ${latents - 1} α for ${latents} latents are refused`);
}

/** Images per second, the quicker of two rounds. */
export async function checkSpeed(subject: EvaluatorToCheck, clock: () => number): Promise<EvaluatorFinding> {
  const sample = await subject.open(subject.spec);
  const seconds = await quickest(sample, all(subject, HALF), clock);
  const { parts, draws } = subject.spec;
  const rate = (sample.images * parts.length) / seconds;
  const shown = rate >= 10 ? rate.toFixed(0) : rate.toPrecision(2);
  return passed(
    `${shown} images/s (${parts.join(' and ')}, ${draws === 1 ? 'one draw' : `${draws} draws`}) on ${subject.description.device ?? 'a device it does not name'}, requests of ${sample.images}; timings vary with what else runs`,
    { imagesPerSecond: rate },
  );
}

async function quickest(
  sample: EvaluatorSample,
  alphas: readonly number[],
  clock: () => number,
): Promise<number> {
  let seconds = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = clock();
    await sample.evaluate(alphas);
    seconds = Math.min(seconds, clock() - start);
  }
  return seconds;
}

function all({ description }: EvaluatorToCheck, value: number): number[] {
  return description.latents.map(() => value);
}

/** `7 of 12 right`. */
function counted(bits: string): string {
  const outcomes = bits.replace(' ', '');
  return `${[...outcomes].filter((bit) => bit === '1').length} of ${outcomes.length} right`;
}
