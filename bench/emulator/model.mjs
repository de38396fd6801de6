// The emulator's model of a task: the sign of each image's margin, clean and attacked, for any α.
//
// Notation: f predicted margin, squashed to (−τ, τ); s its residual sd; r a fixed random function of unit variance:
//   outcome = 1 if f(α) + c·s(f)·r(α) > 0,  s(f) = exp(log s_j + g_0 + g_1·u² + g_2·u⁴),  u = f/τ
//   r(α) = Σ_k (A_k cos(ω_k·α/ℓ) + B_k sin(ω_k·α/ℓ)) / √F,  ω, A, B standard normal
// c makes outcomes of near points differ as often as recorded ones do: f is rough by itself, so that c < 1.
// The frequencies are shared by all images, A and B are an image's own. r of the attacked image is correlated with r of the
// clean one as the residuals of the recording are. A share of the frequencies has a lengthscale of
// its own, for what changes at once.
// Source: Rahimi and Recht 2007 (random Fourier features of the Gaussian kernel).
import { randomStream } from '../../dist/math/index.js';
import { readPacked } from './packed.mjs';

const LATENTS = 12;
const FREQUENCIES = 128;
const PARTS = 2;

/** @type {Map<string, ReturnType<typeof loadModel>>} */
const loaded = new Map();

/** The model of a task, loaded once. @param {string} task */
export function emulatorModel(task) {
  if (!loaded.has(task)) loaded.set(task, loadModel(task));
  return loaded.get(task);
}

/** @param {string} task coarse or fine */
function loadModel(task) {
  const { facts, array } = readPacked(`weights-${task}`);
  const layers = [0, 1, 2, 3].map((k) => ({ weight: array(`weight${k}`), bias: array(`bias${k}`) }));
  const heads = layers.pop();
  const logSd = array('logSd');
  const images = facts.blocks * facts.perBlock;
  const waves = drawWaves(task, images, facts);
  const { tau, perBlock } = facts;
  return {
    facts,
    labels: array('labels'),
    images,
    /**
     * Bits of some images under an α of 12 numbers in [0, 1].
     * @param {readonly number[]} alphas
     * @param {ArrayLike<number>} chosen numbers of images
     * @param {{ scale?: number }} [options] - of the residual; 0 leaves it out.
     */
    outcomes(alphas, chosen, { scale = facts.residualScale } = {}) {
      const hidden = trunk(layers, alphas);
      const wave = scale === 0 ? undefined : waves.at(alphas);
      const text = ['', ''];
      for (let k = 0; k < chosen.length; k++) {
        const image = chosen[k];
        const block = Math.floor(image / perBlock);
        for (let part = 0; part < PARTS; part++) {
          const output = (block * PARTS + part) * perBlock + (image % perBlock);
          const f = tau * Math.tanh(linear(heads, output, hidden) / tau);
          const margin = wave === undefined ? f : f + scale * sd(f, logSd[output], facts) * wave(part, image);
          text[part] += margin > 0 ? '1' : '0';
        }
      }
      return { clean: text[0], robust: text[1] };
    },
  };
}

function sd(f, logSd, { g, tau }) {
  const u2 = (f / tau) ** 2;
  return Math.exp(logSd + g[0] + g[1] * u2 + g[2] * u2 * u2);
}

/** SiLU layers on 2α − 1. */
function trunk(layers, alphas) {
  let x = Float64Array.from(alphas, (a) => 2 * a - 1);
  for (const layer of layers) {
    const before = x;
    x = new Float64Array(layer.bias.length);
    for (let j = 0; j < x.length; j++) {
      const sum = linear(layer, j, before);
      x[j] = sum / (1 + Math.exp(-sum));
    }
  }
  return x;
}

function linear({ weight, bias }, row, x) {
  let sum = bias[row];
  for (let i = 0, at = row * x.length; i < x.length; i++, at++) sum += weight[at] * x[i];
  return sum;
}

/** The residual functions of all images: r of a part and image at an α. */
function drawWaves(task, images, { rmsLengthscale, roughLengthscale, roughShare, partCorrelation }) {
  const normals = (length, ...key) => {
    const out = new Float64Array(length);
    randomStream('emulator', task, ...key).fillNormal(out);
    return out;
  };
  const rough = Math.round(roughShare * FREQUENCIES);
  const omega = normals(FREQUENCIES * LATENTS, 'frequencies');
  omega.forEach((_, i) => {
    omega[i] /= (i < rough * LATENTS ? roughLengthscale : rmsLengthscale) * Math.sqrt(LATENTS);
  });
  const size = 2 * FREQUENCIES;
  const own = [normals(images * size, 'clean'), normals(images * size, 'attacked')];
  const rest = Math.sqrt(1 - partCorrelation ** 2);
  own[1].forEach((value, i) => {
    own[1][i] = partCorrelation * own[0][i] + rest * value;
  });
  const at = (alphas) => {
    const basis = new Float64Array(size);
    for (let k = 0; k < FREQUENCIES; k++) {
      let phase = 0;
      for (let j = 0; j < LATENTS; j++) phase += omega[k * LATENTS + j] * alphas[j];
      basis[2 * k] = Math.cos(phase) / Math.sqrt(FREQUENCIES);
      basis[2 * k + 1] = Math.sin(phase) / Math.sqrt(FREQUENCIES);
    }
    return (part, image) => {
      const values = own[part];
      let sum = 0;
      for (let k = 0, i = image * size; k < size; k++, i++) sum += values[i] * basis[k];
      return sum;
    };
  };
  return { at };
}
