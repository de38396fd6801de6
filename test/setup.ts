/** A warning is a defect: any `process.emitWarning` or console output in a test fails it. */
import { afterEach, beforeEach, expect, jest } from '@jest/globals';

const NODE_NOTICES = [/VM Modules is an experimental feature/];
const seen: string[] = [];

process.on('warning', (warning) => {
  if (!NODE_NOTICES.some((notice) => notice.test(warning.message))) seen.push(String(warning));
});

beforeEach(() => {
  seen.length = 0;
  for (const level of ['warn', 'error'] as const) {
    jest.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      seen.push(`console.${level}: ${parts.map(String).join(' ')}`);
    });
  }
});

afterEach(() => {
  jest.restoreAllMocks();
  expect(seen).toEqual([]);
});
