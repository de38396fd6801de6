// Writes schemas/*.json from the sources in dist: `npm run build && node scripts/schemas.mjs`, or with another compiled
// folder as its argument. Tests say when it is due.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import prettier from 'prettier';

const root = new URL('../', import.meta.url);
const dist = new URL(`${process.argv[2] ?? 'dist'}/`, root);
const write = async (name, schema) => {
  const file = new URL(`schemas/${name}`, root);
  const options = await prettier.resolveConfig(file);
  writeFileSync(file, await prettier.format(JSON.stringify(schema), { ...options, parser: 'json' }));
  console.log(`wrote schemas/${name}`);
};

const { schedulesSchema } = await import(new URL('schedules/index.js', dist));
await write('schedules.schema.json', schedulesSchema);
const { evaluationJsonSchema, resultsJsonSchema, searchConfigJsonSchema } = await import(
  new URL('search/index.js', dist)
);
await write('search.schema.json', searchConfigJsonSchema());
await write('results.schema.json', resultsJsonSchema());
await write('evaluation.schema.json', evaluationJsonSchema());
const { evaluatorProtocolJsonSchema } = await import(new URL('evaluators/index.js', dist));
await write('evaluator-protocol.schema.json', evaluatorProtocolJsonSchema());
const { journalJsonSchema } = await import(new URL('index.js', dist));
await write('journal.schema.json', journalJsonSchema());
