/** JSON Schemas that ship in the package, against what ships and what is written. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { linearSchedule, paperPresets, schedulesToJson } from '../src/schedules/index.js';
import { SEARCH_TEMPLATE } from '../src/search/config/template.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** The problems a value has by a schema of the package; empty for none. */
function problems(schema: string, value: unknown): unknown {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const validate = ajv.compile(read(`schemas/${schema}.schema.json`) as object);
  return validate(value) ? [] : validate.errors;
}

/** Every configuration among the examples. */
const CONFIGS = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.ya?ml$/.test(name) && !name.includes('node_modules'),
);

describe('the schemas of the package', () => {
  it('are schemas of the standard, each', () => {
    const names = readdirSync(join(ROOT, 'schemas'));
    for (const kind of ['journal', 'schedules', 'search']) expect(names).toContain(`${kind}.schema.json`);
    for (const name of names) {
      const schema = read(`schemas/${name}`) as { $schema: string };
      expect([name, schema.$schema]).toEqual([name, 'https://json-schema.org/draft/2020-12/schema']);
      expect(() => new Ajv2020({ strict: false }).compile(schema)).not.toThrow();
    }
  });

  it.each(CONFIGS)('take the example %s', (name) => {
    expect(problems('search', parse(readFileSync(join(ROOT, 'examples', name), 'utf8')))).toEqual([]);
  });

  it('take the template that init writes', () => {
    expect(problems('search', parse(SEARCH_TEMPLATE))).toEqual([]);
  });

  it('take schedules as they are written, and refuse one whose alphas leave [0, 1]', () => {
    const { learned, attenuation } = paperPresets['stanford-cars'];
    const text = schedulesToJson({
      format: 'bo-search/schedules',
      version: 1,
      model: { name: 'cars', latents: learned.map((_, i) => `w${i}`) },
      schedules: [
        { kind: 'learned', alphas: learned, attenuation },
        { kind: 'linear', alphas: linearSchedule(16) },
      ],
    });
    expect(problems('schedules', JSON.parse(text))).toEqual([]);
    expect(problems('schedules', JSON.parse(text.replace('0.737', '1.737')))).not.toEqual([]);
  });
});
