#!/usr/bin/env node
/** The `bo-search` command. Signals and broken output are looked after before the rest is loaded, which takes a while. */
import process from 'node:process';
import { answerEarlySignals } from './end-on-signals.js';
import { watchOutput } from './terminal.js';

watchOutput();
answerEarlySignals(process.argv.slice(2));
const { runCommandLine } = await import('./program.js');
process.exitCode = await runCommandLine(process.argv.slice(2));
