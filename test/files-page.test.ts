/** docs/files.md, against the schemas and journals there are. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { fromUnitInterval, integer, real } from '../src/space/parameter.js';
import { LOCK_FILE } from '../src/storage/lock.js';
import { createProgram } from '../src/cli/program.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/files.md'), 'utf8');

describe('docs/files.md', () => {
  it.each(readdirSync(join(ROOT, 'schemas')))('names %s, which the package exports', (name) => {
    expect(page).toContain(`\`${name}\``);
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, unknown>>;
    };
    expect(exports['./schemas/*']).toBe('./schemas/*');
  });

  it('has what every command prints with --json', () => {
    const [, table] = page.split('## What `--json` prints');
    for (const command of createProgram(() => Promise.resolve()).commands) {
      if (command.name() !== 'help') expect(table).toContain(`\`${command.name()}\``);
    }
  });

  it('names the lock', () => {
    expect(page).toContain(`\`${LOCK_FILE}\``);
  });

  it.each([0, 0.1, 0.5, 0.999, 1])('has the formulas from unit to values: u = %d', (u) => {
    expect(page).toContain('`low + u · (high − low)`');
    expect(fromUnitInterval(real(2, 5), u)).toBeCloseTo(2 + u * (5 - 2), 12);
    expect(page).toContain('`exp(ln low + u · (ln high − ln low))`');
    const log = Math.exp(Math.log(2) + u * (Math.log(5) - Math.log(2)));
    expect(fromUnitInterval(real(2, 5, { log: true }), u)).toBeCloseTo(log, 12);
    expect(page).toContain('`low + min(n − 1, floor(u · n))` with `n = high − low + 1`');
    expect(fromUnitInterval(integer(2, 5), u)).toBe(2 + Math.min(3, Math.floor(u * 4)));
  });
});
