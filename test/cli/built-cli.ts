/** The real binary for tests: the sources compiled once a test file, and run as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How a process ended and what it said. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Shell words before the command, such as `ulimit -f 8;`. */
  readonly shell?: string;
  /** Called with the process and its output on standard error so far, whenever there is more of it. */
  readonly onStderr?: (child: ChildProcess, stderr: string) => void;
}

/** A folder to work in and the command to run there. */
export interface BuiltCli {
  /** Empty folder, the current one of every command. */
  readonly folder: string;
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Runs a Bash script there, in which `npx bo-search` is the compiled command. */
  script(text: string, options?: CliOptions): Promise<CliResult>;
  /** Removes folder and compiled sources. */
  dispose(): void;
}

/** Compiles src, beside links to what the package has around its dist, so that every relative path holds. */
export function buildCli(): BuiltCli {
  mkdirSync(join(ROOT, 'temp'), { recursive: true });
  const root = mkdtempSync(join(ROOT, 'temp', 'cli-'));
  for (const name of ['examples', 'package.json', 'schemas']) symlinkSync(join(ROOT, name), join(root, name));
  compile(join(ROOT, 'src'), join(root, 'dist'));
  const folder = mkdtempSync(join(tmpdir(), 'bo-search-cli-'));
  const main = join(root, 'dist', 'cli', 'main.js');
  return {
    folder,
    run: (args, options = {}) => runCli([process.execPath, main, ...args], folder, options),
    script: (text, options = {}) =>
      runCli(
        ['bash', '-c', `npx() { shift; "${process.execPath}" "${main}" "$@"; }\n${text}`],
        folder,
        options,
      ),
    dispose: () => {
      rmSync(root, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function compile(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length).replace(/\.ts$/, '.js'));
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: source,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

function runCli(words: readonly string[], cwd: string, options: CliOptions): Promise<CliResult> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', LC_ALL: 'C.UTF-8', ...options.env };
  for (const name of ['NODE_OPTIONS', 'FORCE_COLOR', 'DEBUG']) delete env[name];
  const child =
    options.shell === undefined
      ? spawn(words[0], words.slice(1), { cwd, env })
      : spawn('bash', ['-c', `${options.shell} exec "$@"`, 'bash', ...words], { cwd, env });
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
      options.onStderr?.(child, stderr);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
