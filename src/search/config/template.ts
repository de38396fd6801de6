/** The configuration `bo-search init` writes: it runs as it is, and explains every key. */

/** Text of a `search.yaml`. Lines that begin with `# ` and a key show what may be added; uncommented, they are valid too. */
export const SEARCH_TEMPLATE = `# yaml-language-server: $schema=./node_modules/bo-search/schemas/search.schema.json
# A search of bo-search: which share of each latent of a model to re-sample before a classifier sees an image.
# Run it with: npx bo-search run search.yaml --out runs/first

# A bundled model (fashion-mnist), or a folder with model.json: ./folder, relative to this file.
model: fashion-mnist
# Which of the model's tasks: here coarse (4 classes) or fine (10).
task: coarse
# Other images than the model's own: a folder of images or images.json, relative to this file.
# images: ./images
# A PyTorch model, or any other that is not packed, is judged by a command of yours instead of "model" and "task":
#   "evaluator: { command: [python3, judge.py] }", see docs/evaluator-protocol.md. The command is started here, without a
#   shell; "cwd", "env", "startSeconds", "silenceSeconds" and "restarts" may stand beside it.

# How attacked images are made. They stay fixed while α changes, but against: each.
attack:
  kind: pgd-l2 # or fgsm-l2
  # the bare classifier; defence: the whole defence with every α = 0; or each: no fixed images, every α is attacked anew,
  # which takes many times longer, and is what an attacker does who knows α
  against: classifier
  l2Bound: 3 # largest L2 norm of the perturbation, values in [0, 1]
  steps: 10 # pgd-l2 only
  # stepSize: 0.75 # length of a step; default 2.5 · l2Bound / steps: room to reach the bound and move along it
  # randomStart: false # begin at a random point within the bound
  # restarts: 1 # runs an image; the strongest counts
  # With "against: each" also "eot: { draws: 4, mode: mean-logits }", draws of the defence behind each step (default 1),
  # or "mode: mean-gradient", the mean of the gradients of single draws.
  # With "against: defence" also "refresh: { every: 25 }": after every so many trials the images are made again against
  # the best α so far, and the best points are judged again on them.
  # With fgsm-l2 also "direction: gradient" (its one step goes along the gradient; the default) or "direction: sign"
  # (along the gradient's signs, scaled to the bound); without the pgd-l2 keys above.
  # keepOnlySuccessful: false # true: leave out images on which the attack failed, as the paper did
# The set of the paper instead of the five lines above: attack: { preset: paper, l2Bound: 3 }

# What is done to images before the model: blur, then noise, then clamping. Nothing by default.
# preprocessing:
  # blur: { sigma: 1, kernelSize: paper }
  # noise: { l2Norm: 1 }

# Scale of the prior noise, in (0, 1]. By default what the model was made for.
# temperature: 0.6
# Factor on α before mixing, in (0, 1].
attenuation: 1

# What is maximised: weights of accuracy on clean and on attacked images, together 1.
objective: { clean: 0.5, robust: 0.5 } # or robust-only

search:
  images: 200 # every α is judged on these
  draws: 1 # purifications an image whose logits are averaged
  evaluations: 100 # α vectors to judge; may be raised later, the search then goes on
  policy: bayes # or random, sobol
  seeds: true # judge linear, cosine, constants and steps first
  # block: 50
  # kernel: matern52 # bayes only: or matern32, rbf
  # acquisition: log-ei # bayes only: or log-nei, ei, pi, ucb
  # points: [{ label: found before, alphas: [0, 0, 0, 0, 0.5, 1] }] # α to judge before all others
  # For a fifth of the purifications "racing: true": α are judged on few images at first, those that lose are stopped, and
  # the best are judged on fresh images; or "racing: { blocks: 8, budget: 0.2, finalists: 4, fresh: 50 }".
  # With an evaluator "concurrency: 2": so many α under way at once, each in a process of its own.
  # The paper's own search instead of policy, acquisition, seeds and objective: "reference: true".

# The schedules are compared on other images at the end.
heldOut:
  images: 1000
  draws: 2

# What "npx bo-search evaluate runs/first --out runs/evaluation" attacks, how, and how it is judged. No part of a search.
# evaluation:
  # images: 50 # held-out images; 200 and more for a result
  # purifications: 4 # K: the defence is the mean of the logits of so many purifications
  # Attacks with their settings; a list of bounds is one attack each, "linfBound" for those in L∞. Without the line: pgd-l2 at
  # half, one and two times attack.l2Bound, and deepfool.
  # attacks: [{ name: pgd-l2, label: pgd, steps: 40, l2Bound: [1.5, 3], images: 20, eot: { draws: 1, mode: mean-logits } }]
  # defences: [learned, linear, cosine, step, constant 0, none, noise, blur] # or file, reversed linear, a schedule's label
  # preprocessing: [off, on] # schedules without and with the preprocessing above; default as configured
  # noise: { l2Norm: 3 } # of the defence noise; default that of the preprocessing, else attack.l2Bound
  # blur: { sigma: 1 } # of the defence blur
  # gradients: exact # through all of the defence; or bpda-identity, black-box
  # verification: { draws: 10, share: 0.5 } # a success fools at least this share of so many fresh draws
  # What shows where attacks are too weak: images made elsewhere, the purifier off, random noise, more draws in the attack.
  # checks: { transfer: true, purifierOff: true, noiseTries: 10, convergence: { draws: [1, 4], images: 10 } }

# Decides images, noise and every random choice: the same file gives the same result.
seed: 1
# The tensor runtime: wasm; auto, which takes the best that starts; webgpu or tensorflow, which need packages of their own;
# or cpu, which is about 24 times slower than wasm.
backend: wasm
# Threads that share the images, with wasm. The result is the same.
# workers: 2
# Memory for what is kept between evaluations, in MB.
memoryMb: 512
`;
