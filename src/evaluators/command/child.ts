/**
 * One child process: lines out of it, text into it, its end noticed however it comes.
 *
 * It leads a process group of its own, so that what it started ends with it, and a Ctrl-C at the terminal reaches only
 * the caller, who then asks it to stop. The end of its input asks it to exit; so it exits, too, when the caller dies.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { type EvaluatorFault, fault } from './fault.js';
import { createLineSplitter, type LineSplitter } from './line-splitter.js';
import { forgetGroup, HAS_GROUPS, signalGroup, watchGroup } from './live-groups.js';
import type { EvaluatorSettings } from './options.js';
import { createStderrTail, type StderrTail } from './stderr-tail.js';

export interface ChildHooks {
  readonly onLine: (line: Uint8Array) => void;
  readonly onStderr: (line: string) => void;
  /** It broke a rule, and should be ended. Not called for its end. */
  readonly onFault: (fault: EvaluatorFault) => void;
  /** It is gone, with all it wrote read. Called once, last; says how it ended. */
  readonly onGone: (end: EvaluatorFault) => void;
}

/** Between SIGTERM and SIGKILL, in ms. */
const TERM_MS = 2000;

/** After exit, for what is left in the pipes, in ms: a grandchild may hold them open for ever. */
const DRAIN_MS = 1000;

/** After one of its pipes was closed, for the exit that usually follows, in ms. */
const LINGER_MS = 1000;

type Process = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts a child; that it could not be started is told to `onGone`. */
export function startChild(settings: EvaluatorSettings, hooks: ChildHooks): Child {
  return new Child(settings, hooks);
}

export class Child {
  /** Resolves when the process is gone and told. */
  readonly gone: Promise<void>;
  readonly #settings: EvaluatorSettings;
  readonly #hooks: ChildHooks;
  readonly #stderr: StderrTail;
  readonly #lines: LineSplitter;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #tellGone: () => void;
  #process: Process | undefined;
  #end: EvaluatorFault | undefined;
  #deaf = false;
  #over = false;
  #killing = false;

  constructor(settings: EvaluatorSettings, hooks: ChildHooks) {
    this.#settings = settings;
    this.#hooks = hooks;
    this.#stderr = createStderrTail(hooks.onStderr);
    this.#lines = createLineSplitter(
      settings.maxLineBytes,
      (line) => this.#take(line),
      () => this.#tooLong(),
    );
    let tellGone = (): void => undefined;
    this.gone = new Promise((resolve) => (tellGone = resolve));
    this.#tellGone = tellGone;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Last lines of its standard error, oldest first. */
  stderrTail(): string[] {
    return this.#stderr.lines();
  }

  /** Writes a line. That the child does not read it shows as a fault later. */
  send(line: string): void {
    this.#process?.stdin.write(`${line}\n`);
  }

  /** Asks it to exit by the end of its input; after the grace it is killed. */
  async close(): Promise<void> {
    this.#deaf = true;
    this.#process?.stdin.end();
    this.#after(this.#settings.graceSeconds * 1000, () => void this.kill());
    return this.gone;
  }

  /** Stops listening and ends the whole group: SIGTERM, after two seconds SIGKILL. */
  async kill(): Promise<void> {
    this.#deaf = true;
    const pid = this.pid;
    if (!this.#over && !this.#killing && pid !== undefined) {
      this.#killing = true;
      signalGroup(pid, 'SIGTERM');
      this.#after(TERM_MS, () => {
        signalGroup(pid, 'SIGKILL');
        // not even the system can end a process that hangs in a device
        this.#after(TERM_MS, () => this.#conclude());
      });
    }
    return this.gone;
  }

  #start(): void {
    let started: Process;
    try {
      started = spawnProcess(this.#settings);
    } catch (error) {
      this.#end = notStarted(this.#settings, error as NodeJS.ErrnoException);
      process.nextTick(() => this.#conclude());
      return;
    }
    this.#process = started;
    if (started.pid !== undefined) watchGroup(started.pid);
    started.on('error', (error) => this.#failed(error));
    started.on('exit', (code, signal) => this.#exited(code, signal));
    started.on('close', () => this.#conclude());
    if (started.pid === undefined) return;
    started.stdout.on('data', (chunk: Uint8Array) => this.#deaf || this.#lines.push(chunk));
    started.stdout.on('end', () => this.#pipeClosed('output'));
    started.stderr.on('data', (chunk: Uint8Array) => this.#stderr.push(chunk));
    started.stdin.on('error', () => this.#pipeClosed('input'));
    for (const stream of [started.stdout, started.stderr]) stream.on('error', () => undefined);
  }

  #take(line: Uint8Array): void {
    if (!this.#deaf) this.#hooks.onLine(line);
  }

  #tooLong(): void {
    const most = this.#settings.maxLineBytes;
    this.#hooks.onFault(fault('too-long', `expected a line of at most ${most} bytes, got a longer one`));
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.pid !== undefined) return; // a signal that could not be sent
    this.#end = notStarted(this.#settings, error);
    this.#conclude();
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `exit with code ${code}` : `its end by ${signal}`;
    const half = this.#lines.rest().length > 0 ? ' in the middle of a line' : '';
    this.#end = fault('exit', `expected it to go on, got ${how}${half}`);
    this.#after(DRAIN_MS, () => this.#conclude());
  }

  #pipeClosed(which: 'output' | 'input'): void {
    this.#after(LINGER_MS, () => {
      if (this.#end !== undefined || this.#deaf) return;
      const message = `expected its standard ${which} to be open, got its end from a process that goes on`;
      this.#hooks.onFault(fault(`${which}-closed`, message));
    });
  }

  #conclude(): void {
    if (this.#over) return;
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
    if (this.pid !== undefined) {
      signalGroup(this.pid, 'SIGKILL'); // what it left behind
      forgetGroup(this.pid);
    }
    for (const stream of [this.#process?.stdin, this.#process?.stdout, this.#process?.stderr])
      stream?.destroy();
    this.#hooks.onGone(
      this.#end ?? fault('exit', 'expected it to end when killed, got a process that goes on'),
    );
    this.#tellGone();
  }

  #after(ms: number, task: () => void): void {
    if (this.#over) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      task();
    }, ms);
    this.#timers.add(timer);
  }
}

function spawnProcess({ command, shell, cwd, env }: EvaluatorSettings): Process {
  const [program = '', ...words] = command;
  return spawn(program, words, {
    shell,
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: HAS_GROUPS,
    windowsHide: true,
  });
}

function notStarted({ command, cwd }: EvaluatorSettings, error: NodeJS.ErrnoException): EvaluatorFault {
  if (error.code === 'ENOENT') {
    return cwd !== undefined && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true
      ? fault('no-command', `expected a folder to start it in, got no such folder: ${cwd}`)
      : fault('no-command', `expected a command, got no such command: ${command[0]}`);
  }
  return fault('not-started', `expected it to start, got ${error.message}`);
}
