// What benchmark results have in common: where they were made, and how they are summed up.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Versions and machine, for the head of a results file. */
export function about() {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return {
    package: `${name} ${version}`,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
  };
}

/** @param {readonly number[]} values */
export function summary(values) {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v / n, 0);
  const square = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return {
    mean,
    standardError: n > 1 ? Math.sqrt(square / (n - 1) / n) : 0,
    median: quantile(values, 0.5),
    least: Math.min(...values),
    greatest: Math.max(...values),
  };
}

/** Quantile by linear interpolation. @param {readonly number[]} values @param {number} p */
export function quantile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
