import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { evaluatorProtocolJsonSchema } from '../../../src/evaluators/index.js';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const page = read('docs/evaluator-protocol.md');
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(
  ([, text = '']) => JSON.parse(text) as Record<string, unknown>,
);
const schema = evaluatorProtocolJsonSchema();

/** Validates against one definition of the schema. */
function validatorOf(definition: string): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: true, strictTypes: false });
  return ajv.compile({ ...schema, anyOf: undefined, $ref: `#/$defs/${definition}` });
}

const REQUESTS = ['describe', 'sample', 'evaluate', 'images', 'logits', 'vjp', 'cancel'];
const definitionOf = (kind: string): string => `${kind}-${REQUESTS.includes(kind) ? 'request' : 'reply'}`;

describe('the JSON Schema of the protocol', () => {
  it('is the one in schemas/', () => {
    expect(schema).toEqual(JSON.parse(read('schemas/evaluator-protocol.schema.json')));
  });

  it('takes every example of the page, as what it is and as a message', () => {
    const message = new Ajv2020({ strict: true, strictTypes: false }).compile(schema);
    for (const example of examples) {
      const valid = validatorOf(definitionOf(String(example['kind'])));
      expect([example['kind'], valid(example), message(example)]).toEqual([example['kind'], true, true]);
    }
  });

  it.each([
    ['description-reply', { protocol: 2 }],
    ['description-reply', { latents: [] }],
    ['sampled-reply', { hash: 'abc' }],
    ['outcomes-reply', { clean: '12' }],
    ['evaluate-request', { alphas: [1.5] }],
    ['description-reply', { attackable: { shape: [2, 2], dtype: 'float32', gradients: true, draws: true } }],
    ['images-request', { seed: -1 }],
    ['vjp-request', { cotangent: [1, 2] }],
    ['scores-reply', { logits: [1.5, -0.5] }],
    ['error-reply', { message: 3 }],
  ])('refuses a %s with %j', (definition, change) => {
    const example = examples.find(({ kind }) => definitionOf(String(kind)) === definition);
    expect(validatorOf(definition)({ ...example, ...change })).toBe(false);
  });
});

describe('docs/evaluator-protocol.md', () => {
  it('has an example of every message', () => {
    const shown = [...new Set(examples.map(({ kind }) => definitionOf(String(kind))))];
    const known = Object.keys(schema['$defs'] as object).filter((key) => key.includes('-'));
    expect(shown.sort()).toEqual(known.sort());
  });

  it('shows the whole evaluator as it is in examples/', () => {
    const [, shown = ''] = /```python\n(.*?)```/s.exec(page) ?? [];
    expect(shown).toBe(read('examples/evaluators/toy_evaluator.py'));
  });
});
