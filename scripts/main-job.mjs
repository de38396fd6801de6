// Runs the main job on the bundled model at full size and holds it to what it is for: `node scripts/main-job.mjs`.
// Needs dist/ (npm run build). The bounds are well below what was measured over seeds (bench/results/study.json:
// learned − linear 0.10, − cosine 0.08, standard errors below 0.01), so that only a real defect trips them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bo-search-main-job-'));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

try {
  const args = ['run', at('examples/fashion-mnist/coarse.yaml'), '--out', join(folder, 'run')];
  execFileSync(process.execPath, [at('dist/cli/main.js'), ...args], { stdio: 'inherit' });
  const { rows } = JSON.parse(readFileSync(join(folder, 'run/results.json'), 'utf8')).heldOut;
  const behind = (kind) => rows.find((row) => row.kind === kind).difference.mean;
  const { alphas } = rows[0];
  const claims = [
    ['learned − linear on held-out images', behind('linear'), (x) => x > 0.04, 'above 0.04'],
    ['learned − cosine on held-out images', behind('cosine'), (x) => x > 0.025, 'above 0.025'],
    ['α of the first latent, which carries the class', alphas[0], (x) => x < 0.3, 'below 0.3'],
    ['mean α of the 4×4 latents', mean(alphas.slice(4, 8)), (x) => x > 0.7, 'above 0.7'],
  ];
  for (const [what, value, holds, bound] of claims) {
    console.log(`${holds(value) ? 'holds' : 'FAILS'}: ${what}: ${value.toFixed(3)}, expected ${bound}`);
  }
  if (claims.some(([, value, holds]) => !holds(value))) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
