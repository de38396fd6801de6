// How right the emulator is: `node bench/emulator/report.mjs`, on recorded points that its fit never saw, into
// bench/results/emulator.json. Before that it looks for α that are good on all images and keeps them with the weights.
//
// `rough` is the emulator as searches see it, `smooth` the same without its random residuals.
import { readFileSync, writeFileSync } from 'node:fs';
import { mean, quantile, rootMeanSquare, sampleCorrelation, standardDeviation } from 'simple-statistics';
import { randomStream } from '../../dist/math/index.js';
import { meanScore } from './bits.mjs';
import { emulatorProblem } from './emulator.mjs';
import { emulatorModel } from './model.mjs';
import { readPacked } from './packed.mjs';

const TASKS = ['coarse', 'fine'];
const LATENTS = 12;
const STARTS = 12;
const SWEEPS = 4;
const RESULTS = new URL('../results/emulator.json', import.meta.url);

const range = (length, from = 0) => Array.from({ length }, (_, i) => from + i);

/** Ranks from 1, ties at their mean. */
function ranks(values) {
  const order = range(values.length).sort((a, b) => values[a] - values[b]);
  const out = new Array(values.length);
  for (let i = 0; i < order.length;) {
    let j = i;
    while (j < order.length && values[order[j]] === values[order[i]]) j += 1;
    for (let k = i; k < j; k++) out[order[k]] = (i + j + 1) / 2;
    i = j;
  }
  return out;
}

const spearman = (a, b) => sampleCorrelation(ranks(a), ranks(b));

/** The recorded points of a task with their outcomes as text: those held out from the fit, and those to check. */
function recorded(task) {
  const { facts, array } = readPacked(`recorded-${task}`);
  const { perBlock, blocks } = emulatorModel(task).facts;
  const alphasOf = (all) => (row) => [...all.subarray(row * LATENTS, (row + 1) * LATENTS)];
  const textOf = (bits, images) => (row) => {
    const bytes = images / 8;
    const part = (p) =>
      [...bits.subarray((2 * row + p) * bytes, (2 * row + p + 1) * bytes)]
        .map((byte) => byte.toString(2).padStart(8, '0'))
        .join('');
    return { clean: part(0), robust: part(1) };
  };
  const heldOut = array('heldOut');
  const blockOf = array('blocks');
  const ownAlphas = alphasOf(array('alphas'));
  const ownText = textOf(array('bits'), perBlock);
  const checkAlphas = alphasOf(array('checkAlphas'));
  const checkText = textOf(array('checkBits'), blocks * perBlock);
  return {
    points: facts.arrays.alphas.shape[0],
    heldOut: [...heldOut.keys()]
      .filter((row) => heldOut[row] === 1)
      .map((row) => ({ alphas: ownAlphas(row), block: blockOf[row], bits: ownText(row) })),
    checks: range(facts.arrays.checkAlphas.shape[0]).map((row) => ({
      alphas: checkAlphas(row),
      bits: checkText(row),
    })),
  };
}

/** Share of bits that two outcomes have in common. */
function agreement(a, b) {
  const [x, y] = [a.clean + a.robust, b.clean + b.robust];
  let equal = 0;
  for (let i = 0; i < x.length; i++) if (x[i] === y[i]) equal += 1;
  return equal / x.length;
}

/** Scores of images: half for clean, half for attacked. */
const scores = ({ clean, robust }) => Array.from(clean, (bit, i) => (Number(bit) + Number(robust[i])) / 2);

/** Mean scores of emulated against recorded outcomes. */
function compareMeans(emulated, real) {
  const [e, r] = [emulated.map(meanScore), real.map(meanScore)];
  const top = range(r.length).filter((i) => r[i] >= quantile(r, 0.75));
  const pick = (values) => top.map((i) => values[i]);
  const errors = e.map((value, i) => value - r[i]);
  return {
    spearman: spearman(e, r),
    spearmanTopQuartile: spearman(pick(e), pick(r)),
    rootMeanSquareError: rootMeanSquare(errors),
    bias: mean(errors),
    spreadOfRecorded: standardDeviation(r),
    samplingErrorOfRecorded: mean(
      real.map((one) => standardDeviation(scores(one)) / Math.sqrt(one.clean.length)),
    ),
    bitsRight: mean(emulated.map((one, i) => agreement(one, real[i]))),
  };
}

/** Standard deviation over images of the score's difference of two points, over √200, and the share of bits that differ. */
function differences(pairs) {
  return {
    sdOfDifferenceOn200: mean(
      pairs.map(([a, b]) => {
        const [x, y] = [scores(a), scores(b)];
        return standardDeviation(x.map((value, i) => value - y[i])) / Math.sqrt(200);
      }),
    ),
    bitsThatDiffer: mean(pairs.map(([a, b]) => 1 - agreement(a, b))),
  };
}

/** Error of the emulated difference of the mean score. */
function differenceError(emulated, real) {
  const gap = ([a, b]) => meanScore(a) - meanScore(b);
  return {
    spearman: spearman(emulated.map(gap), real.map(gap)),
    rootMeanSquareError: rootMeanSquare(emulated.map((pair, i) => gap(pair) - gap(real[i]))),
    spreadOfRecorded: standardDeviation(real.map(gap)),
  };
}

function reportOf(task) {
  const model = emulatorModel(task);
  const { points, heldOut, checks } = recorded(task);
  const { perBlock } = model.facts;
  const all = range(model.images);
  const kinds = { rough: {}, smooth: { smooth: true } };
  const third = Math.floor(checks.length / 3);
  const nearPairs = range(third).map((i) => [i, third + i]);
  const farPairs = range(third - 1).map((i) => [i, i + 1]);
  const report = { task, recordedPoints: points, heldOutPoints: heldOut.length, checkPoints: checks.length };
  const real = checks.map(({ bits }) => bits);
  const at = (pairs, bits) => pairs.map(([i, j]) => [bits[i], bits[j]]);
  report.recorded = { near: differences(at(nearPairs, real)), far: differences(at(farPairs, real)) };
  for (const [kind, options] of Object.entries(kinds)) {
    const onChecks = checks.map(({ alphas }) => model.outcomes(alphas, all, options));
    const onHeldOut = heldOut.map(({ alphas, block }) =>
      model.outcomes(alphas, range(perBlock, block * perBlock), options),
    );
    const byBlock = range(model.facts.blocks).map((b) => {
      const rows = range(heldOut.length).filter((i) => heldOut[i].block === b);
      return compareMeans(
        rows.map((i) => onHeldOut[i]),
        rows.map((i) => heldOut[i].bits),
      );
    });
    const average = Object.fromEntries(
      Object.keys(byBlock[0]).map((key) => [key, mean(byBlock.map((row) => row[key]))]),
    );
    report[kind] = {
      checksOn800Images: compareMeans(onChecks, real),
      heldOutOn200Images: average,
      near: {
        ...differences(at(nearPairs, onChecks)),
        ...differenceError(at(nearPairs, onChecks), at(nearPairs, real)),
      },
      far: {
        ...differences(at(farPairs, onChecks)),
        ...differenceError(at(farPairs, onChecks), at(farPairs, real)),
      },
    };
  }
  return { ...report, ...cost(task) };
}

/** CPU-milliseconds of an evaluation and of a truth. */
function cost(task) {
  const problem = emulatorProblem(task, 1);
  const stream = randomStream('emulator-cost');
  const time = (run) => {
    const start = process.cpuUsage();
    for (let i = 0; i < 300; i++) run(range(LATENTS).map(() => stream.uniform()));
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 300 / 1000;
  };
  return { cpuMsAnEvaluation: time((a) => problem.evaluate(a)), cpuMsATruth: time((a) => problem.truth(a)) };
}

/** α good on all images: sweeps over single coordinates from the best recorded points. */
function findGood(task) {
  const model = emulatorModel(task);
  const all = range(model.images);
  const value = (alphas) => meanScore(model.outcomes(alphas, all));
  const { heldOut, checks } = recorded(task);
  const ranked = [...heldOut, ...checks].map(({ alphas }) => ({ alphas, value: value(alphas) }));
  ranked.sort((a, b) => b.value - a.value);
  return ranked.slice(0, STARTS).map((start) => {
    let best = start;
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const before = best.value;
      for (let i = 0; i < LATENTS; i++) {
        for (const a of [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1]) {
          const alphas = best.alphas.with(i, a);
          const candidate = { alphas, value: value(alphas) };
          if (candidate.value > best.value) best = candidate;
        }
      }
      if (best.value === before) break;
    }
    return best.alphas;
  });
}

for (const task of TASKS) {
  const file = new URL(`data/weights-${task}.json`, import.meta.url);
  const facts = JSON.parse(readFileSync(file, 'utf8'));
  const good = findGood(task);
  writeFileSync(file, `${JSON.stringify({ ...facts, good }, null, 2)}\n`);
  emulatorModel(task).facts.good = good;
}
const report = TASKS.map(reportOf);
const rounded = JSON.parse(JSON.stringify(report), (_, v) =>
  typeof v === 'number' ? Number(v.toPrecision(4)) : v,
);
writeFileSync(RESULTS, `${JSON.stringify(rounded, null, 2)}\n`);
console.log(JSON.stringify(rounded, null, 1));
