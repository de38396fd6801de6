/** JSON Schemas that ship in the package, against what ships and what is written. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { linearSchedule, paperPresets, schedulesFromJson, schedulesToJson } from '../src/schedules/index.js';
import { SEARCH_TEMPLATE } from '../src/search/config/template.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** The problems a value has by a schema of the package; empty for none. */
function problems(schema: string, value: unknown): unknown {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const validate = ajv.compile(read(`schemas/${schema}.schema.json`) as object);
  return validate(value) ? [] : validate.errors;
}

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema | boolean>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema & { properties?: Record<string, Schema> }>>;
}

/** Pointers of the fields that neither say what they are nor refer to what does. */
function undescribed(schema: Schema, root: Schema, at: string): string[] {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (typeof field === 'boolean') return [];
    const referred = root.$defs?.[field.$ref?.replace('#/$defs/', '') ?? ''];
    const said = field.description ?? referred?.description;
    const path = `${at}/${name}`;
    return [...(said === undefined || said === '' ? [path] : []), ...undescribed(field, root, path)];
  });
  const parts = [
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ].flatMap((part, i) => undescribed(part, root, `${at}/${i}`));
  const named = Object.entries(schema.$defs ?? {}).flatMap(([name, part]) =>
    undescribed(part, root, `#${name}`),
  );
  return [...fields, ...parts, ...named];
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
      const schema = read(`schemas/${name}`) as { $schema: string; $id: string };
      expect([name, schema.$schema]).toEqual([name, 'https://json-schema.org/draft/2020-12/schema']);
      expect(schema.$id).toMatch(/^urn:bo-search:schemas:[a-z-]+(:1)?$/);
    }
  });

  it('compile together under the strictest defaults of ajv', () => {
    const ajv = new Ajv2020({ strict: true });
    for (const name of readdirSync(join(ROOT, 'schemas'))) {
      expect(() => ajv.compile(read(`schemas/${name}`) as object)).not.toThrow();
    }
  });

  it.each(readdirSync(join(ROOT, 'schemas')))('%s: every field says what it means', (name) => {
    const root = read(`schemas/${name}`) as Schema;
    expect(undescribed(root, root, '')).toEqual([]);
  });

  it('say pairs so that generated types are tuples, and every named part once', () => {
    const { $defs = {} } = read('schemas/results.schema.json') as Schema;
    const pair = {
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: { type: 'number', minimum: 0, maximum: 1 },
    };
    expect($defs['Estimate'].properties?.['interval']).toMatchObject(pair);
    expect(Object.keys($defs).toSorted()).toEqual(
      [
        'AttackSummary',
        'BaselineResults',
        'BestStep',
        'Difference',
        'Estimate',
        'JudgedScore',
        'ModelFacts',
        'ObservedBest',
        'RaceResults',
        'Recommended',
        'ResultRow',
        'SearchFacts',
        'SearchResults',
      ].toSorted(),
    );
    expect(readFileSync(join(ROOT, 'schemas/results.schema.json'), 'utf8')).not.toContain('prefixItems');
  });

  it.each(CONFIGS)('take the example %s', (name) => {
    expect(problems('search', parse(readFileSync(join(ROOT, 'examples', name), 'utf8')))).toEqual([]);
  });

  it('take the template that init writes', () => {
    expect(problems('search', parse(SEARCH_TEMPLATE))).toEqual([]);
  });

  it('take the schedules file that the README shows, as its reader does', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, sample = ''] = /```json\n(\{ "format": "bo-search\/schedules"[^]+?)```/.exec(readme) ?? [];
    expect(problems('schedules', JSON.parse(sample))).toEqual([]);
    expect(schedulesFromJson(sample).schedules).toHaveLength(3);
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
