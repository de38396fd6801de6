/**
 * Schedules as YAML in the form of the paper's official code: one document a schedule, with `interpolation_alphas`
 * (before attenuation), `alpha_attenuation`, `initial_noise_eps` (L2 norm of the input noise, 0 for none) and
 * `gaussian_blur_input` (a blur of σ = 1 or none). A comment above each document says kind and label, for people.
 * Several documents are for `yaml.safe_load_all`; the official code reads files of one.
 *
 * Source: configuration files of the paper's official code (SerezD/gen_adversarial). They are read by PyYAML, which takes
 * a number for text unless it has a point, and its exponent a sign: hence `1.0e-7`.
 */
import type { Document, LineCounter, Node, YAMLMap, YAMLSeq } from 'yaml';
import { BoSearchError } from '../../errors.js';
import { nearestName } from '../nearest-name.js';
import { onOneLine } from '../one-line.js';
import type { Schedule, SchedulesDefence, SchedulesFile } from '../schedules-file.js';
import { showValue } from '../show-value.js';
import { withoutNul } from './file-text.js';
import { latentNames, placedSchedules, type ReadOptions, UNNAMED_MODEL } from './placed-schedules.js';
import { nestsTooDeep } from './yaml-depth.js';
import { assertStem, checkedForWriting, fieldsPresent, type WrittenSchedules } from './written-schedules.js';

/** The standard deviation, in pixels, of the only blur the form can ask for. */
const BLUR_SIGMA = 1;

/** What may not stand in YAML, or ends a line there. */
const UNPRINTABLE = /[^\x20-\x7E\xA0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Longest text that is read, in characters: eighty documents of 512 latents fit. */
const MAX_LENGTH = 1_000_000;

/** Keys of the official files that say where classifier and model are; read over. */
const PATHS = ['classifier_path', 'autoencoder_path'];

const KEYS = ['interpolation_alphas', 'alpha_attenuation', 'initial_noise_eps', 'gaussian_blur_input'];

const HINT =
  'each document holds interpolation_alphas, a list of numbers from 0 to 1, and alpha_attenuation, initial_noise_eps, gaussian_blur_input';

/**
 * Schedules as YAML, `<stem>.yaml`: several schedules become several documents; the official code reads files of one.
 * @returns the file; `lost` of model, kinds, labels, temperature, blur kernel, effective alphas, metrics, provenance.
 * @throws BoSearchError `E_SCHEDULES` if the JSON form would be refused, or the defence blurs with a σ other than 1.
 */
export function schedulesToYaml(file: SchedulesFile, stem = 'schedules'): WrittenSchedules {
  assertStem(stem, 'schedulesToYaml');
  const { model, defence = {}, schedules } = checkedForWriting(file, 'schedulesToYaml');
  const { blurSigma = 0, noiseNorm = 0 } = defence;
  if (blurSigma !== 0 && blurSigma !== BLUR_SIGMA) {
    throw new BoSearchError(
      'E_SCHEDULES',
      `schedulesToYaml: expected a blurSigma of 0 or ${BLUR_SIGMA}, all that gaussian_blur_input can say, got ${blurSigma}`,
      { hint: 'write JSON' },
    );
  }
  const text = schedules.map((schedule) => documentOf(schedule, { noiseNorm, blurSigma }));
  const lost = [
    'model',
    ...(model.hash === undefined ? [] : ['model.hash']),
    ...(['temperature', 'blurKernel'] as const)
      .filter((name) => defence[name] !== undefined)
      .map((name) => `defence.${name}`),
    ...fieldsPresent(schedules, ['kind', 'label', 'effectiveAlphas', 'metrics', 'provenance']),
  ];
  return { files: [{ name: `${stem}.yaml`, content: text.join('---\n') }], lost };
}

/**
 * Reads YAML in the official form: schedules of kind `custom`; noise and blur must be the same in all documents.
 * @param options.latents - names of the latents; their number is checked.
 * @throws BoSearchError `E_SCHEDULES` with `file:line:column`.
 */
export async function schedulesFromYaml(text: string, options: ReadOptions = {}): Promise<SchedulesFile> {
  const { file = 'schedules.yaml', model = UNNAMED_MODEL } = options;
  const documents = await readDocuments(withoutNul(text, file), file);
  const read = documents.map(readDocument);
  const first = read[0];
  if (first === undefined) throw bad(`${file}:1:1: expected a document, got no text`);
  for (const other of read) assertSameDefence(first, other);
  const defence = { ...first.defence };
  const n = (first.schedule['alphas'] as readonly unknown[]).length;
  const value = {
    format: 'bo-search/schedules',
    version: 1,
    model: { name: model, latents: options.latents ?? latentNames(n) },
    ...(Object.keys(defence).length === 0 ? {} : { defence }),
    schedules: read.map(({ schedule }) => schedule),
  };
  return placedSchedules(value, (steps) => placeOf(steps, read, file), HINT);
}

function documentOf(schedule: Schedule, defence: SchedulesDefence): string {
  return [
    `# ${commentOf(schedule)}`,
    'interpolation_alphas:',
    ...schedule.alphas.map((alpha) => `  - ${floatText(alpha)}`),
    `alpha_attenuation: ${floatText(schedule.attenuation ?? 1)}`,
    `initial_noise_eps: ${floatText(defence.noiseNorm ?? 0)}`,
    `gaussian_blur_input: ${defence.blurSigma === BLUR_SIGMA ? 'True' : 'False'}`,
    '',
  ].join('\n');
}

/** What a schedule is, for people: a comment, which readers pass over. Text that could end it is escaped. */
function commentOf(schedule: Schedule): string {
  const { kind, label } = schedule;
  const own = 'from' in schedule ? ` ${schedule.from}` : 'value' in schedule ? ` ${schedule.value}` : '';
  const named = 'of' in schedule ? `${kind} ${schedule.of}` : kind + own;
  return label === undefined ? named : `${named}: ${JSON.stringify(label).replaceAll(UNPRINTABLE, escaped)}`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** The shortest decimal of a float64, with a point. */
function floatText(value: number): string {
  const [mantissa, exponent] = String(value).split('e');
  const pointed = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? pointed : `${pointed}e${exponent}`;
}

/** One document, with the way back to its text. */
interface Placed {
  readonly map: YAMLMap;
  /** `file:line:column` of a node; of the document without one. */
  readonly at: (node: unknown) => string;
  readonly isList: (node: unknown) => node is YAMLSeq;
}

async function readDocuments(text: string, file: string): Promise<Placed[]> {
  if (text.length > MAX_LENGTH) {
    throw bad(`${file}: expected at most ${MAX_LENGTH} characters, got ${text.length}`);
  }
  if (nestsTooDeep(text)) throw tooDeep(file);
  const { isMap, isSeq, LineCounter, parseAllDocuments } = await import('yaml');
  const lines = new LineCounter();
  const documents = parsed(() => parseAllDocuments(text, { lineCounter: lines, prettyErrors: false }), file);
  return documents.map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) {
      if (problem.message.includes('call stack')) throw tooDeep(file, problem);
      throw bad(
        `${place(file, lines, problem.pos[0])}: expected YAML, got an error: ${onOneLine(problem.message)}`,
      );
    }
    const at = (node: unknown) => place(file, lines, startOf(node) ?? document.range[0]);
    if (!isMap(document.contents)) {
      throw bad(`${at(document.contents)}: expected keys and values, got ${kindOf(document.contents)}`);
    }
    return { map: document.contents, at, isList: (node) => isSeq(node) };
  });
}

/** The parser recurses: text nested without end exhausts the stack. */
function parsed(parse: () => readonly unknown[], file: string): readonly Document.Parsed[] {
  try {
    return parse() as readonly Document.Parsed[];
  } catch (cause) {
    throw tooDeep(file, cause);
  }
}

function tooDeep(file: string, cause?: unknown): BoSearchError {
  return bad(`${file}: expected YAML, got text nested too deep to read`, cause);
}

interface ReadDocument extends Placed {
  readonly schedule: Readonly<Record<string, unknown>>;
  readonly defence: SchedulesDefence;
  readonly nodes: ReadonlyMap<string, Node>;
}

function readDocument({ map, at, isList }: Placed): ReadDocument {
  const nodes = fieldsOf(map, at);
  const alphas = nodes.get('interpolation_alphas');
  if (alphas === undefined) throw bad(`${at(map)}: expected the key "interpolation_alphas"`);
  if (!isList(alphas)) {
    throw bad(`${at(alphas)} interpolation_alphas: expected a list of numbers, got ${kindOf(alphas)}`);
  }
  const number = (key: string) => numberIn(nodes.get(key), key, at);
  const attenuation = number('alpha_attenuation');
  const noiseNorm = number('initial_noise_eps');
  const blurred = flagIn(nodes.get('gaussian_blur_input'), at);
  return {
    map,
    at,
    isList,
    nodes,
    schedule: {
      kind: 'custom',
      alphas: alphas.items.map((item, i) => numberIn(item, `interpolation_alphas[${i}]`, at)),
      ...(attenuation === undefined ? {} : { attenuation }),
    },
    defence: {
      ...(noiseNorm === undefined ? {} : { noiseNorm }),
      ...(blurred === undefined ? {} : { blurSigma: blurred ? BLUR_SIGMA : 0 }),
    },
  };
}

function fieldsOf(map: YAMLMap, at: Placed['at']): Map<string, Node> {
  const nodes = new Map<string, Node>();
  for (const { key, value } of map.items) {
    const name = scalarOf(key);
    if (typeof name !== 'string' || !(KEYS.includes(name) || PATHS.includes(name))) {
      const near = typeof name === 'string' ? nearestName(name, KEYS) : undefined;
      const advice =
        near === undefined ? `expected one of ${[...KEYS, ...PATHS].join(', ')}` : `did you mean "${near}"?`;
      throw bad(`${at(key)}: unknown key ${showValue(name)}, ${advice}`);
    }
    nodes.set(name, value as Node);
  }
  return nodes;
}

function numberIn(node: unknown, name: string, at: Placed['at']): number | undefined {
  if (node === undefined) return undefined;
  const value = scalarOf(node);
  if (typeof value === 'number') return value;
  throw bad(`${at(node)} ${name}: expected a number, got ${kindOf(node)}`);
}

function flagIn(node: unknown, at: Placed['at']): boolean | undefined {
  if (node === undefined) return undefined;
  const value = scalarOf(node);
  if (typeof value === 'boolean') return value;
  throw bad(`${at(node)} gaussian_blur_input: expected true or false, got ${kindOf(node)}`);
}

function assertSameDefence(first: ReadDocument, other: ReadDocument): void {
  for (const [key, name] of [
    ['initial_noise_eps', 'noiseNorm'],
    ['gaussian_blur_input', 'blurSigma'],
  ] as const) {
    if (first.defence[name] === other.defence[name]) continue;
    const reason = 'expected the value of the first document: a schedules file is of one defence';
    throw bad(`${other.at(other.nodes.get(key) ?? other.map)} ${key}: ${reason}`);
  }
}

/** The place of a step in the JSON form. */
function placeOf(steps: readonly string[], read: readonly ReadDocument[], file: string): string {
  const [top, index, field, entry] = steps;
  const first = read[0];
  if (top === 'defence' && first !== undefined) {
    const key = index === 'noiseNorm' ? 'initial_noise_eps' : 'gaussian_blur_input';
    return `${first.at(first.nodes.get(key))} ${key}`;
  }
  // latents are named after the alphas: what is wrong with their number is wrong there
  const document = top === 'schedules' ? read[Number(index)] : top === 'model' ? first : undefined;
  if (document === undefined) return file;
  const key = field === 'attenuation' ? 'alpha_attenuation' : 'interpolation_alphas';
  const node = document.nodes.get(key);
  const items = (node as Partial<YAMLSeq> | undefined)?.items;
  const inner = entry === undefined ? undefined : items?.[Number(entry)];
  return `${document.at(inner ?? node)} ${key}${entry === undefined ? '' : `[${entry}]`}`;
}

function scalarOf(node: unknown): unknown {
  return (node as { value?: unknown } | null | undefined)?.value;
}

/** What a node is, in words; aliases are never followed. */
function kindOf(node: unknown): string {
  if (node === null || node === undefined) return 'nothing';
  const { items, source, value } = node as { items?: unknown; source?: unknown; value?: unknown };
  if (Array.isArray(items)) return 'a list or a map';
  if (value !== undefined) return showValue(value);
  return typeof source === 'string' ? `the alias *${source}` : 'nothing';
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function place(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}`;
}

function bad(message: string, cause?: unknown): BoSearchError {
  return new BoSearchError('E_SCHEDULES', message, {
    hint: HINT,
    ...(cause === undefined ? {} : { cause }),
  });
}
