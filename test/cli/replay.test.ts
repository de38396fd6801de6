import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alphaSpace, createStudy, openJournal, readJournal, verifyReplay } from '../../src/index.js';
import type { JournalRecord, Policy } from '../../src/index.js';
import { buildCli, type BuiltCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(() => {
  cli = buildCli();
});
afterAll(() => cli.dispose());

const at = (name: string) => join(cli.folder, name);

/** A study of 12 trials on two α. */
async function study(folder: string, policy: string | Policy = 'bayes'): Promise<void> {
  const made = await createStudy({
    space: alphaSpace(2, { seeds: false }),
    seed: 4,
    policy,
    storage: at(folder),
  });
  for (let i = 0; i < 12; i++) {
    const trial = await made.ask();
    await made.tell(trial, { value: 1 - (trial.alphas[0] - 0.3) ** 2 - trial.alphas[1] / 5 });
  }
  await made.close();
}

/** The journal written again, whole and valid, with one record changed. */
async function rewritten(
  from: string,
  to: string,
  change: (record: JournalRecord) => JournalRecord,
): Promise<void> {
  const journal = await openJournal(at(to));
  for (const record of readJournal(at(from)).records) await journal.append(change(record));
  await journal.close();
}

describe('bo-search replay', () => {
  beforeAll(() => study('run'));

  it('finds a journal identical, writes nothing and needs no lock', async () => {
    const before = readFileSync(at('run/study.jsonl'));
    const writer = await openJournal(at('run'));
    expect(await cli.run(['replay', 'run'])).toEqual({
      code: 0,
      stdout: 'run/study.jsonl: made 12 suggestions and 0 decisions again, all identical\n',
      stderr: '',
    });
    await writer.close();
    expect(readFileSync(at('run/study.jsonl'))).toEqual(before);
  });

  it('begins at a later trial, and answers in JSON', async () => {
    const { code, stdout } = await cli.run(['replay', 'run/study.jsonl', '--from', '10', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'replay',
      study: 'run/study.jsonl',
      identical: true,
      trials: 12,
      from: 10,
      suggestions: 2,
      decisions: 0,
      node: { journal: process.versions.node, here: process.versions.node },
    });
  });

  it('names the first difference with both numbers, as a state', async () => {
    await rewritten('run', 'moved', (record) =>
      record.kind === 'ask' && record.trial === 11
        ? { ...record, unit: [record.unit[0], record.unit[1] === 0.5 ? 0.25 : 0.5] }
        : record,
    );
    const { difference } = verifyReplay(at('moved'));
    expect(await cli.run(['replay', 'moved'])).toEqual({
      code: 3,
      stdout:
        'moved/study.jsonl: made 11 suggestions and 0 decisions again, identical; then a difference\n' +
        `  trial 11 (line 25) unit[1] (alpha_1): ${JSON.stringify(difference?.journal)} in the journal, ${JSON.stringify(difference?.replayed)} made again\n`,
      stderr:
        'hint: the journal was made by another release of bo-search or on another machine, or it was changed\n',
    });
    const { stdout, code } = await cli.run(['replay', 'moved', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ identical: false, difference });
  });

  it('refuses a policy of a program of its own, a trial that is not there, damage and nothing', async () => {
    await study('own', {
      name: 'mine',
      settings: null,
      suggest: () => ({ unit: [0.5, 0.5], by: 'mine', notes: [] }),
      recommend: () => undefined,
    });
    expect(await cli.run(['replay', 'own'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'bo-search: study policy: expected bayes, random, sobol or a policy of your own, got "mine"\n' +
        'hint: only the program that has this policy can replay it: verifyReplay(path, { policy })\n',
    });
    expect(await cli.run(['replay', 'run', '--from', '12'])).toMatchObject({
      code: 2,
      stderr:
        'bo-search: replay from: expected a trial from 0 to 11, got 12\n' +
        'hint: npx bo-search replay --help says what is expected\n',
    });
    cpSync(at('run'), at('damaged'), { recursive: true });
    const text = readFileSync(at('run/study.jsonl'), 'utf8');
    writeFileSync(at('damaged/study.jsonl'), text.replace('"trial":3', '"trial":4'));
    expect(await cli.run(['replay', 'damaged'])).toMatchObject({ code: 3, stdout: '' });
    expect(await cli.run(['replay', 'nowhere'])).toMatchObject({
      code: 2,
      stderr:
        'bo-search: nowhere: expected the folder of a study, got no such folder\n' +
        'hint: check the path; a study begins with run or ask\n',
    });
  });
});
