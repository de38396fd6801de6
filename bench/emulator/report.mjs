// How right the emulator is: `node bench/emulator/report.mjs`, on recorded points that its fit never saw, into
// bench/results/emulator.json. Before that it looks for α that are good on all images and keeps them with the weights.
//
// `rough` is the emulator as searches see it, its residuals scaled to make it as rough as the recording, `smooth` the same without its random residuals.
import { readFileSync, writeFileSync } from 'node:fs';
import { mean, quantile, rootMeanSquare, sampleCorrelation, standardDeviation } from 'simple-statistics';
import { randomStream } from '../../dist/math/index.js';
import { meanScore } from './bits.mjs';
import { emulatorProblem } from './emulator.mjs';
import { emulatorModel } from './model.mjs';
import { readPacked } from './packed.mjs';

const range = (length, from = 0) => Array.from({ length }, (_, i) => from + i);

const TASKS = ['coarse', 'fine'];
const LATENTS = 12;
/** Root-mean-square distances of close points, as design.py has them. */
const CLOSE = [0.005, 0.01, 0.02, 0.04, 0.07];
const SCALES = range(11).map((i) => i / 10);
const STARTS = 12;
const SWEEPS = 4;
const RESULTS = new URL('../results/emulator.json', import.meta.url);

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

/** The recorded points of a task, each with its outcomes: held out from the fit, to check, and close to each other. */
function recorded(task) {
  const packed = readPacked(`recorded-${task}`);
  const { perBlock, blocks } = emulatorModel(task).facts;
  const block = packed.array('blocks');
  const heldOut = packed.array('heldOut');
  const own = pointsOf(packed, 'alphas', 'bits', perBlock).map((point, row) => ({
    ...point,
    block: block[row],
  }));
  return {
    points: own.length,
    heldOut: own.filter((_, row) => heldOut[row] === 1),
    checks: pointsOf(packed, 'checkAlphas', 'checkBits', blocks * perBlock),
    close: pointsOf(packed, 'closeAlphas', 'closeBits', blocks * perBlock),
  };
}

function pointsOf({ array, facts }, alphasKey, bitsKey, images) {
  const alphas = array(alphasKey);
  const bytes = array(bitsKey);
  const size = images / 8;
  const part = (at) =>
    Array.from(bytes.subarray(at * size, (at + 1) * size), (byte) => byte.toString(2).padStart(8, '0')).join(
      '',
    );
  return range(facts.arrays[alphasKey].shape[0]).map((row) => ({
    alphas: [...alphas.subarray(row * LATENTS, (row + 1) * LATENTS)],
    bits: { clean: part(2 * row), robust: part(2 * row + 1) },
  }));
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
  const { points, heldOut, checks, close } = recorded(task);
  const groups = pairGroups(checks, close);
  const differ = (outcomesOf) =>
    groups.map(({ name, pairs }) => ({
      name,
      ...differences(pairs.map((pair) => pair.map(outcomesOf))),
    }));
  return {
    task,
    recordedPoints: points,
    heldOutPoints: heldOut.length,
    checkPoints: checks.length,
    recorded: { differences: differ(({ bits }) => bits) },
    rough: quality(task, { heldOut, checks }, groups, {}),
    smooth: quality(task, { heldOut, checks }, groups, { scale: 0 }),
    ...cost(task),
  };
}

/** Pairs of recorded points: near and far ones among those to check, and close ones by distance. */
function pairGroups(checks, close, parity = 1) {
  const third = Math.floor(checks.length / 3);
  // Near pairs and bases of even number were used to fit how rough residuals are.
  const half = (count) => range(count).filter((i) => i % 2 === parity);
  const each = 1 + CLOSE.length;
  const bases = half(close.length / each).map((i) => i * each);
  return [
    ...CLOSE.map((distance, k) => ({
      name: `distance ${distance}`,
      pairs: bases.map((base) => [close[base], close[base + k + 1]]),
    })),
    { name: 'near', pairs: half(third).map((i) => [checks[i], checks[third + i]]) },
    { name: 'far', pairs: range(third - 1).map((i) => [checks[i], checks[i + 1]]) },
  ];
}

/** How right the emulator is with these options. */
function quality(task, { heldOut, checks }, groups, options) {
  const model = emulatorModel(task);
  const { blocks, perBlock } = model.facts;
  const all = range(model.images);
  const emulate = ({ alphas }) => model.outcomes(alphas, all, options);
  const byBlock = range(blocks).map((block) => {
    const points = heldOut.filter((point) => point.block === block);
    const images = range(perBlock, block * perBlock);
    return compareMeans(
      points.map(({ alphas }) => model.outcomes(alphas, images, options)),
      points.map(({ bits }) => bits),
    );
  });
  const keys = Object.keys(byBlock[0]);
  return {
    checksOn800Images: compareMeans(
      checks.map(emulate),
      checks.map(({ bits }) => bits),
    ),
    heldOutOn200Images: Object.fromEntries(keys.map((key) => [key, mean(byBlock.map((row) => row[key]))])),
    differences: groups.map(({ name, pairs }) => {
      const emulated = pairs.map((pair) => pair.map(emulate));
      const real = pairs.map((pair) => pair.map(({ bits }) => bits));
      return { name, ...differences(emulated), ...differenceError(emulated, real) };
    }),
  };
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

/** The scale of residuals with which close and near points of even number differ in as many bits as recorded. */
function fitScale(task) {
  const model = emulatorModel(task);
  const all = range(model.images);
  const { checks, close } = recorded(task);
  const pairs = pairGroups(checks, close, 0)
    .slice(0, -1)
    .flatMap((group) => group.pairs);
  const differing = (outcomesOf) => mean(pairs.map(([a, b]) => 1 - agreement(outcomesOf(a), outcomesOf(b))));
  const aim = differing(({ bits }) => bits);
  const off = SCALES.map((scale) =>
    Math.abs(differing(({ alphas }) => model.outcomes(alphas, all, { scale })) - aim),
  );
  return SCALES[off.indexOf(Math.min(...off))];
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

// One scale for both tasks, the larger one: rather a little too rough than too smooth, which would flatter every search.
const residualScale = Math.max(...TASKS.map(fitScale));
for (const task of TASKS) {
  const file = new URL(`data/weights-${task}.json`, import.meta.url);
  const facts = JSON.parse(readFileSync(file, 'utf8'));
  Object.assign(emulatorModel(task).facts, { residualScale });
  const good = findGood(task);
  Object.assign(emulatorModel(task).facts, { good });
  writeFileSync(file, `${JSON.stringify({ ...facts, residualScale, good }, null, 2)}\n`);
}
const report = TASKS.map(reportOf);
const rounded = JSON.parse(JSON.stringify(report), (_, v) =>
  typeof v === 'number' ? Number(v.toPrecision(4)) : v,
);
writeFileSync(RESULTS, `${JSON.stringify(rounded, null, 2)}\n`);
console.log(JSON.stringify(rounded, null, 1));
