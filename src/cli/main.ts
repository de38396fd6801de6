#!/usr/bin/env node
/** The `bo-search` command. */
import process from 'node:process';
import { runCommandLine } from './program.js';
import { ignoreClosedPipes } from './terminal.js';

ignoreClosedPipes();
process.exitCode = await runCommandLine(process.argv.slice(2));
