// Writes schemas/*.json from the sources in dist: `npm run build && node scripts/schemas.mjs`. Tests say when it is due.
import { writeFileSync } from 'node:fs';
import prettier from 'prettier';

const root = new URL('../', import.meta.url);
const write = async (name, schema) => {
  const file = new URL(`schemas/${name}`, root);
  const options = await prettier.resolveConfig(file);
  writeFileSync(file, await prettier.format(JSON.stringify(schema), { ...options, parser: 'json' }));
  console.log(`wrote schemas/${name}`);
};

const { schedulesSchema } = await import(new URL('dist/schedules/index.js', root));
await write('schedules.schema.json', schedulesSchema);
const { resultsJsonSchema, searchConfigJsonSchema } = await import(new URL('dist/search/index.js', root));
await write('search.schema.json', searchConfigJsonSchema());
await write('results.schema.json', resultsJsonSchema());
const { evaluatorProtocolJsonSchema } = await import(new URL('dist/evaluators/index.js', root));
await write('evaluator-protocol.schema.json', evaluatorProtocolJsonSchema());
const { journalJsonSchema } = await import(new URL('dist/index.js', root));
await write('journal.schema.json', journalJsonSchema());
