import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { openStudy, readStudy } from '../../src/index.js';
import { createMemoryStorage, openJournal, readJournal } from '../../src/storage/index.js';
import { encodeLine } from '../../src/storage/journal-line.js';
import type { JournalRecord, Storage } from '../../src/trial/index.js';
import { type CompiledSources, compileSources } from '../compiled-sources.js';
import { temporaryFolder } from '../objective/temporary-folder.js';
import { rejected, thrown } from '../objective/thrown.js';
import { anyRecords, header } from './any-record.js';

const fileOf = (folder: string): string => join(folder, 'study.jsonl');
const session = (token: string): JournalRecord => ({ kind: 'session', token, about: null });

async function journalOf(folder: string, records: readonly JournalRecord[]): Promise<void> {
  const storage = await openJournal(folder);
  for (const record of records) await storage.append(record);
  await storage.close();
}

describe.each<[string, () => Promise<Storage>]>([
  ['createMemoryStorage()', async () => createMemoryStorage()],
  ['openJournal(folder)', async () => openJournal(await temporaryFolder())],
])('%s keeps the contract of storages:', (_, make) => {
  it('begins empty, and reads what was appended, from any position', async () => {
    const storage = await make();
    expect(storage.read()).toEqual([]);
    await storage.append(header);
    await storage.append(session('a'));
    expect(storage.read()).toEqual([header, session('a')]);
    expect(storage.read(1)).toEqual([session('a')]);
    expect(storage.read(2)).toEqual([]);
    expect(storage.warnings).toEqual([]);
    await storage.close();
  });

  it('carries out appends in call order', async () => {
    const storage = await make();
    const records = [header, ...Array.from({ length: 20 }, (_, i) => session(`s${i}`))];
    await Promise.all(records.map((record) => storage.append(record)));
    expect(storage.read()).toEqual(records);
    await storage.close();
  });

  it('refuses appends after close, and closes once', async () => {
    const storage = await make();
    await storage.close();
    await storage.close();
    expect(await rejected(storage.append(header))).toEqual([
      'E_STORAGE',
      `${storage.place}: expected an open storage, got a closed one`,
    ]);
  });

  it('has a token of its own', async () => {
    const [a, b] = [await make(), await make()];
    expect(a.token).not.toBe(b.token);
    await a.close();
    await b.close();
  });
});

describe('openJournal(folder)', () => {
  it('makes the folder, and gives back all records of earlier writers', async () => {
    const folder = join(await temporaryFolder(), 'runs', 'a');
    let count = 0;
    await fc.assert(
      fc.asyncProperty(anyRecords, async (records) => {
        const place = join(folder, `${count++}`);
        const cut = Math.ceil(records.length / 2);
        await journalOf(place, records.slice(0, cut));
        await journalOf(place, records.slice(cut));
        expect(readJournal(place).records).toEqual(records);
        expect(readdirSync(place)).toEqual(['study.jsonl']);
      }),
      { numRuns: 15 },
    );
  });

  it('drops a torn last line with a warning, and goes on after the last whole record', async () => {
    const folder = await temporaryFolder();
    await journalOf(folder, [header, session('a')]);
    const whole = readFileSync(fileOf(folder));
    const torn = encodeLine(session('b'), 2);
    for (let length = 1; length < torn.length - 1; length++) {
      writeFileSync(fileOf(folder), Buffer.concat([whole, torn.subarray(0, length)]));
      const storage = await openJournal(folder);
      expect(storage.warnings).toEqual([
        {
          kind: 'torn-tail',
          message:
            `${fileOf(folder)}:3: dropped a last line that was not written to its end; ` +
            'nobody was told that it was kept',
        },
      ]);
      await storage.append(session('c'));
      await storage.close();
      expect(readJournal(folder)).toMatchObject({
        records: [header, session('a'), session('c')],
        warnings: [],
      });
    }
  });

  it('leaves a torn line where it is until it writes', async () => {
    const folder = await temporaryFolder();
    await journalOf(folder, [header]);
    appendFileSync(fileOf(folder), '{"seq":1,');
    await (await openJournal(folder)).close();
    expect(readFileSync(fileOf(folder), 'utf8')).toMatch(/\{"seq":1,$/);
  });

  it('keeps a whole last record that lost its newline', async () => {
    const folder = await temporaryFolder();
    await journalOf(folder, [header, session('a')]);
    writeFileSync(fileOf(folder), readFileSync(fileOf(folder)).subarray(0, -1));
    await journalOf(folder, [session('b')]);
    expect(readJournal(folder)).toMatchObject({
      records: [header, session('a'), session('b')],
      warnings: [],
    });
  });

  it('takes zeros at the end, as a power loss leaves them, for a torn line', async () => {
    for (const zeros of ['\0\0\0\0', '{"seq":1,"kind\0\0\0\0\n']) {
      const folder = await temporaryFolder();
      await journalOf(folder, [header]);
      appendFileSync(fileOf(folder), zeros);
      const { records, warnings } = readJournal(folder);
      expect(records).toEqual([header]);
      expect(warnings.map(({ kind }) => kind)).toEqual(['torn-tail']);
    }
  });

  it('loses nothing but the torn line wherever the file is cut, and never gives a record that was not written', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(anyRecords, fc.nat(), async (records, at) => {
        const lines = records.map((record, seq) => encodeLine(record, seq));
        const bytes = Buffer.concat(lines);
        const cut = bytes.subarray(0, at % (bytes.length + 1));
        writeFileSync(fileOf(folder), cut);
        let whole = 0;
        // a record whose newline alone is missing is whole
        for (let end = 0; whole < lines.length && (end += lines[whole].length) <= cut.length + 1;) whole++;
        if (whole === 0) return expect(thrown(() => readJournal(folder))[0]).toBe('E_JOURNAL');
        expect(readJournal(folder).records).toEqual(records.slice(0, whole));
      }),
    );
  });

  it('names file and line of any other damage', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(
        anyRecords.filter((records) => records.length > 1),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (records, at, flip) => {
          const lines = records.map((record, seq) => encodeLine(record, seq));
          const whole = Buffer.concat(lines.slice(0, -1));
          whole[at % whole.length] ^= flip;
          writeFileSync(fileOf(folder), Buffer.concat([whole, lines[lines.length - 1]]));
          const [code, message] = thrown(() => readJournal(folder));
          expect(code).toBe('E_JOURNAL');
          expect(message).toMatch(/study\.jsonl:\d+/);
          expect((await rejected(openJournal(folder)))[0]).toBe('E_JOURNAL');
        },
      ),
    );
  });

  it('names a line that is missing, doubled or empty', async () => {
    const folder = await temporaryFolder();
    const [a, b, c] = [header, session('b'), session('c')].map((record, seq) => encodeLine(record, seq));
    const message = (...lines: Buffer[]): string => {
      writeFileSync(fileOf(folder), Buffer.concat(lines));
      return thrown(() => readJournal(folder))[1];
    };
    const file = fileOf(folder);
    expect(message(a, c)).toBe(`${file}:2: expected record number 1, got 2`);
    expect(message(a, b, b)).toBe(`${file}:3: expected record number 2, got 1`);
    expect(message(a, Buffer.from('\n'), b)).toBe(
      `${file}:2: expected a record that ends in a checksum, got ""`,
    );
  });

  it('says where a folder cannot be', async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(await rejected(openJournal(join(folder, 'file')))).toEqual([
      'E_STORAGE',
      `${join(folder, 'file')}: expected a folder for the study, got a file in its place`,
    ]);
    expect(await rejected(openJournal(join(folder, 'file', 'deep')))).toEqual([
      'E_STORAGE',
      `${join(folder, 'file', 'deep')}: expected a folder for the study, got a path that leads through a file`,
    ]);
  });

  it('refuses to write to a journal that was moved, removed or written by others while it was open', async () => {
    const folder = await temporaryFolder();
    const storage = await openJournal(folder);
    await storage.append(header);
    const { length } = readFileSync(fileOf(folder));
    appendFileSync(fileOf(folder), 'x');
    expect(await rejected(storage.append(session('a')))).toEqual([
      'E_STORAGE',
      `${fileOf(folder)}: expected ${length} bytes, got ${length + 1}`,
    ]);
    renameSync(fileOf(folder), join(folder, 'elsewhere'));
    expect(await rejected(storage.append(session('a')))).toEqual([
      'E_STORAGE',
      `${fileOf(folder)}: expected the file that was opened, got none`,
    ]);
    await storage.close();
  });
});

describe('an append on a full or failing disk', () => {
  const failure = (code: string): Error => Object.assign(new Error(code), { code });
  afterEach(() => void jest.restoreAllMocks());

  /** Methods of the class behind file handles, which Node does not export. */
  async function handles(folder: string): Promise<FileHandle> {
    const handle = await open(join(folder, 'probe'), 'w');
    await handle.close();
    return Object.getPrototypeOf(handle) as FileHandle;
  }

  /** The next write gets half its bytes to the disk, the one after fails. */
  function fillDisk(prototype: FileHandle, code: string): void {
    type Write = (this: FileHandle, bytes: Buffer, from: number, length: number) => Promise<unknown>;
    const write = Reflect.get(prototype, 'write') as Write;
    let calls = 0;
    const half: Write = async function (bytes, from, length) {
      if (calls++ > 0) throw failure(code);
      return write.call(this, bytes, from, Math.floor(length / 2));
    };
    jest.spyOn(prototype as unknown as { write: Write }, 'write').mockImplementation(half);
  }

  it.each(['ENOSPC', 'EIO', 'EDQUOT'])(
    'leaves the file as it was on %s, and goes on when there is space',
    async (code) => {
      const folder = await temporaryFolder();
      const storage = await openJournal(folder);
      await storage.append(header);
      const before = readFileSync(fileOf(folder));
      fillDisk(await handles(folder), code);
      expect(await rejected(storage.append(session('a')))).toEqual([
        'E_STORAGE',
        `${fileOf(folder)}: expected to keep record 1, got ${code}`,
      ]);
      expect(readFileSync(fileOf(folder))).toEqual(before);
      expect(storage.read()).toEqual([header]);
      jest.restoreAllMocks();
      await storage.append(session('b'));
      await storage.close();
      expect(readJournal(folder).records).toEqual([header, session('b')]);
    },
  );

  it('does not answer a record that could not be flushed', async () => {
    const folder = await temporaryFolder();
    const storage = await openJournal(folder);
    await storage.append(header);
    jest.spyOn(await handles(folder), 'datasync').mockRejectedValueOnce(failure('EIO'));
    expect((await rejected(storage.append(session('a'))))[1]).toMatch(/expected to keep record 1, got EIO$/);
    expect(readJournal(folder).records).toEqual([header]);
    await storage.close();
  });

  it('cuts the rest off before the next append where it could not at once', async () => {
    const folder = await temporaryFolder();
    const storage = await openJournal(folder);
    await storage.append(header);
    const prototype = await handles(folder);
    fillDisk(prototype, 'EIO');
    jest.spyOn(prototype, 'truncate').mockRejectedValue(failure('EIO'));
    expect((await rejected(storage.append(session('a'))))[1]).toMatch(/expected to keep record 1, got EIO$/);
    expect((await rejected(storage.append(session('a'))))[1]).toMatch(
      /expected to cut off an unfinished record, got EIO$/,
    );
    expect(readJournal(folder)).toMatchObject({ records: [header], warnings: [{ kind: 'torn-tail' }] });
    jest.restoreAllMocks();
    await storage.append(session('b'));
    await storage.close();
    expect(readJournal(folder)).toMatchObject({ records: [header, session('b')], warnings: [] });
  });
});

describe('a file that may not grow any further', () => {
  let sources: CompiledSources;
  beforeAll(() => {
    sources = compileSources('journal');
  });
  afterAll(() => sources.remove());

  it('ends in its last whole record, and the study goes on from there', async () => {
    // the system's own limit on the size of files: writes reach it in the middle of a line, then fail
    const folder = await temporaryFolder();
    const script = join(sources.folder, 'fill.mjs');
    writeFileSync(
      script,
      `import { alphaSpace, createStudy } from './index.js';
       const study = await createStudy({ space: alphaSpace(8), storage: process.argv[2], policy: 'random' });
       try {
         for (;;) await study.tell(await study.ask(), { value: study.trials.length });
       } catch ({ code, message }) {
         console.log(JSON.stringify({ code, message, trials: study.trials }));
       }
       await study.close();`,
    );
    const limited = 'ulimit -f 16 && exec "$0" "$@"';
    const run = spawnSync('sh', ['-c', limited, process.execPath, script, folder], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const { code, message, trials } = JSON.parse(run.stdout) as Record<string, unknown>;
    expect([code, message]).toEqual([
      'E_STORAGE',
      expect.stringMatching(/study\.jsonl: expected to keep record \d+, got EFBIG$/),
    ]);
    const { warnings, trials: kept } = readStudy(folder);
    expect(warnings).toEqual([]);
    expect(kept.length).toBeGreaterThan(5);
    expect(JSON.parse(JSON.stringify(kept))).toEqual(trials);
    const study = await openStudy(folder);
    await study.optimize(() => 1, { evaluations: kept.length + 2 });
    expect(study.trials.every(({ state }) => state === 'complete')).toBe(true);
    await study.close();
  });
});

describe('readJournal(path)', () => {
  it('takes the folder or the file, and needs no lock', async () => {
    const folder = await temporaryFolder();
    const storage = await openJournal(folder);
    await storage.append(header);
    expect(readJournal(folder).records).toEqual([header]);
    expect(readJournal(fileOf(folder)).place).toBe(fileOf(folder));
    await storage.close();
  });

  it('says that there is none, or an empty one', async () => {
    const folder = await temporaryFolder();
    expect(thrown(() => readJournal(folder))).toEqual([
      'E_STORAGE',
      `${fileOf(folder)}: expected a journal, got no such file or folder`,
    ]);
    writeFileSync(fileOf(folder), '');
    expect(thrown(() => readJournal(folder))).toEqual([
      'E_JOURNAL',
      `${fileOf(folder)}:1: expected a header, got an empty journal`,
    ]);
  });
});
