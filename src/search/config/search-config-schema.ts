/** The JSON Schema of `search.yaml`, from the schema it is read by. */
import { z } from 'zod';
import { MAX_LATENTS } from '../../schedules/index.js';
import { searchConfigSchema } from './search-config.js';

/** JSON Schema of `search.yaml`, for editors. */
export function searchConfigJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(searchConfigSchema, { io: 'input' });
  return {
    $id: 'urn:bo-search:schemas:search',
    ...schema,
    anyOf: [
      { required: ['model', 'task'], properties: { model: true, task: true, evaluator: false } },
      {
        required: ['evaluator'],
        properties: {
          evaluator: true,
          model: false,
          images: false,
          backend: false,
          workers: false,
          memoryMb: false,
        },
      },
    ],
    title: 'bo-search search.yaml',
    description: `Searches α for a model of up to ${MAX_LATENTS} latents.`,
  };
}
