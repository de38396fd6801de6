import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLineSplitter } from '../../../src/evaluators/command/line-splitter.js';
import { backoffSeconds } from '../../../src/evaluators/command/options.js';
import { readReply } from '../../../src/evaluators/command/read-reply.js';
import { createStderrTail } from '../../../src/evaluators/command/stderr-tail.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const reading = (text: string) => readReply(bytes(text));

describe('readReply(line)', () => {
  it('reads a reply, with a carriage return at its end or a byte-order mark before it', () => {
    const reply = { id: 3, kind: 'cancelled' };
    for (const text of [
      JSON.stringify(reply),
      `${JSON.stringify(reply)}\r`,
      `\uFEFF${JSON.stringify(reply)}`,
    ]) {
      expect(reading(text)).toEqual({ kind: 'reply', reply });
    }
  });

  it('leaves out keys the protocol does not know, prototype keys among them', () => {
    expect(reading('{"id":3,"kind":"error","message":"no","__proto__":{"x":1},"more":2}')).toEqual({
      kind: 'reply',
      reply: { id: 3, kind: 'error', message: 'no' },
    });
  });

  it.each([
    ['', 'not-json', 'expected a line of JSON, got ""'],
    ['{"id":1,', 'not-json', 'expected a line of JSON, got "{\\"id\\":1,"'],
    ['null', 'not-object', 'expected a JSON object, got null'],
    ['NaN', 'not-json', 'expected a line of JSON, got "NaN"'],
    ['{"id":1}', 'wrong-kind', /^kind: expected one of description, .*, got nothing$/],
    ['{"id":1,"kind":"constructor"}', 'wrong-kind', /got "constructor"$/],
    ['{"id":1,"kind":"toString"}', 'wrong-kind', /got "toString"$/],
    ['{"kind":"cancelled"}', 'wrong-message', 'cancelled.id: expected an integer of at least 1, got nothing'],
    [
      '{"id":1.5,"kind":"cancelled"}',
      'wrong-message',
      'cancelled.id: expected an integer of at least 1, got 1.5',
    ],
    [
      '{"id":0,"kind":"cancelled"}',
      'wrong-message',
      'cancelled.id: expected an integer of at least 1, got 0',
    ],
    [
      '{"id":1,"kind":"progress","done":1e999,"of":3}',
      'wrong-message',
      'progress.done: expected a number of at least 0, got Infinity',
    ],
    [
      '{"id":1,"kind":"description","protocol":"1"}',
      'wrong-version',
      'description.protocol: expected 1, got "1"',
    ],
    [
      `{"id":1,"kind":"sampled","images":2,"hash":"sha256:${'0'.repeat(64)}","labels":[0,-1]}`,
      'wrong-message',
      'sampled.labels[1]: expected an integer of at least 0, got -1',
    ],
  ])('says what is wrong with %s', (text, reason, message) => {
    expect(reading(text)).toEqual({
      kind: 'fault',
      fault: { reason, message: message instanceof RegExp ? expect.stringMatching(message) : message },
    });
  });

  it('repeats no more than 120 characters of what is no JSON', () => {
    expect(reading('x'.repeat(1000))).toMatchObject({
      fault: { message: `expected a line of JSON, got "${'x'.repeat(120)}"… (1000 characters)` },
    });
  });

  it('answers anything at all by a reply or a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (line) => {
        expect(['reply', 'fault']).toContain(readReply(line).kind);
      }),
      { seed: 1 },
    );
    const kind = fc.constantFrom('description', 'sampled', 'outcomes', 'progress', 'cancelled', 'error');
    const anyMessage = fc.tuple(
      kind,
      fc.dictionary(fc.constantFrom('id', 'clean', 'latents', 'hash', 'of'), fc.jsonValue()),
    );
    fc.assert(
      fc.property(anyMessage, ([name, more]) => {
        const read = reading(JSON.stringify({ ...more, kind: name }));
        expect(read.kind === 'reply' ? '' : read.fault.message).not.toMatch(/undefined|Invalid/);
      }),
      { seed: 2 },
    );
  });
});

describe('createLineSplitter(most)', () => {
  const split = (chunks: readonly Uint8Array[], most = 1000) => {
    const lines: string[] = [];
    let tooLong = 0;
    const splitter = createLineSplitter(
      most,
      (line) => lines.push(Buffer.from(line).toString()),
      () => tooLong++,
    );
    for (const chunk of chunks) splitter.push(chunk);
    return { lines, tooLong, rest: Buffer.from(splitter.rest()).toString() };
  };

  it('gives the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '{', '😀') })),
        fc.array(fc.nat({ max: 40 })),
        (lines, cuts) => {
          const whole = bytes(lines.map((line) => `${line}\n`).join('') + 'rest');
          const places = [
            0,
            ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b),
            whole.length,
          ];
          const chunks = places.slice(1).map((to, i) => whole.subarray(places[i], to));
          expect(split(chunks)).toEqual({ lines, tooLong: 0, rest: 'rest' });
        },
      ),
      { seed: 3 },
    );
  });

  it('takes a line of `most` bytes, and says once that one is longer, and gives nothing after it', () => {
    expect(split([bytes('12345\n123'), bytes('45\n')], 5)).toEqual({
      lines: ['12345', '12345'],
      tooLong: 0,
      rest: '',
    });
    expect(split([bytes('a\n123'), bytes('456\nb\n'), bytes('c\n')], 5)).toEqual({
      lines: ['a'],
      tooLong: 1,
      rest: '',
    });
  });
});

describe('createStderrTail()', () => {
  const tailOf = (...chunks: (string | Uint8Array)[]) => {
    const heard: string[] = [];
    const tail = createStderrTail((line) => heard.push(line));
    for (const chunk of chunks) tail.push(typeof chunk === 'string' ? bytes(chunk) : chunk);
    return { heard, lines: tail.lines() };
  };

  it('is the last 20 lines that are not empty, one without an end among them', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    expect(tailOf(lines.join('\n\n')).lines).toEqual(lines.slice(10));
    expect(tailOf('').lines).toEqual([]);
  });

  it('says every line once, when it has ended', () => {
    expect(tailOf('one\ntw', 'o\nthree')).toEqual({ heard: ['one', 'two'], lines: ['one', 'two', 'three'] });
  });

  it('ends lines at carriage returns, as progress bars do', () => {
    expect(tailOf('10 %\r20 %\r\n30 %').lines).toEqual(['10 %', '20 %', '30 %']);
  });

  it('leaves out terminal escapes and control characters', () => {
    expect(tailOf('\u001b[1;31mred\u001b[0m \u0007bell\u001b]0;title\u0007\n').lines).toEqual(['red bell']);
  });

  it('cuts a line after 400 characters, and keeps no more however long it gets', () => {
    const { lines } = tailOf(...Array.from({ length: 50 }, () => 'x'.repeat(10_000)));
    expect(lines).toEqual([`${'x'.repeat(400)}…`]);
  });

  it('reads a character cut in two chunks, and shows U+FFFD for what is no character', () => {
    const [a, b] = [bytes('é').subarray(0, 1), bytes('é').subarray(1)];
    expect(tailOf(a, b, '\n', Buffer.from([0xff, 0x0a])).lines).toEqual(['é', '\uFFFD']);
  });
});

describe('backoffSeconds(backoff, attempt)', () => {
  it('grows by the factor up to the most', () => {
    const backoff = { firstSeconds: 1, factor: 2, mostSeconds: 60 };
    expect([1, 2, 3, 6, 7, 2000].map((attempt) => backoffSeconds(backoff, attempt))).toEqual([
      1, 2, 4, 32, 60, 60,
    ]);
  });
});
