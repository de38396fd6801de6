/** Whether tensors of a reply hold what was asked for: as many numbers, of as many images. */
import { type EvaluatorFault, fault } from './fault.js';
import { floatsFromText } from './float-tensor.js';
import type {
  GradientReply,
  ImagesRequest,
  LogitsRequest,
  PixelsReply,
  ScoresReply,
  VjpRequest,
} from './model-messages.js';

/** What the evaluator described. */
export interface Described {
  readonly classes: number;
  /** Values an image; 0 where it cannot be attacked. */
  readonly pixels: number;
}

export function checkPixels(
  { from, to }: ImagesRequest,
  { ids, labels, pixels }: PixelsReply,
  described: Described,
): EvaluatorFault | undefined {
  const images = to - from;
  const odd = labels.findIndex((label) => label >= described.classes);
  return (
    (ids.length === images ? undefined : count('pixels.ids', `${images} ids`, ids.length)) ??
    (labels.length === images ? undefined : count('pixels.labels', `${images} labels`, labels.length)) ??
    (odd < 0
      ? undefined
      : count(`pixels.labels[${odd}]`, `a class from 0 to ${described.classes - 1}`, labels[odd])) ??
    checkTensor('pixels.pixels', pixels, images * described.pixels)
  );
}

export function checkScores(
  { ids }: LogitsRequest,
  { logits }: ScoresReply,
  { classes }: Described,
): EvaluatorFault | undefined {
  return checkTensor('scores.logits', logits, ids.length * classes);
}

export function checkGradient(
  { ids }: VjpRequest,
  { logits, gradient }: GradientReply,
  { classes, pixels }: Described,
): EvaluatorFault | undefined {
  return (
    checkTensor('gradient.logits', logits, ids.length * classes) ??
    checkTensor('gradient.gradient', gradient, ids.length * pixels)
  );
}

function checkTensor(where: string, text: string, numbers: number): EvaluatorFault | undefined {
  if (floatsFromText(text, numbers) !== undefined) return undefined;
  return count(where, `base64 of ${numbers} float32 numbers`, `${text.length} characters`);
}

function count(where: string, expected: string, got: number | string): EvaluatorFault {
  return fault('wrong-count', `${where}: expected ${expected}, got ${got}`);
}
