/** Judges schedules: image sets, attacks and evaluation of a purified classifier. */
// The vocabulary of outcomes
export type { Bits, ImageOutcomes, ScoreWeights } from '../trial/index.js';

// Images
export { chooseImages, type ImageChoice } from './images/choose-images.js';
export { loadImageFolder, type ImageFolderOptions } from './images/image-folder.js';
export { loadImagePool, type ImagePool } from './images/image-pool.js';
export { openImagePool, type OpenedPool } from './images/open-image-pool.js';
export { packImagePool, type PackedPool } from './images/pack-image-pool.js';
export {
  createImageSet,
  imagesById,
  selectImages,
  valuesPerImage,
  type ImageSet,
  type ImageShape,
} from './images/image-set.js';
export { assertTaskFits, fineTask, type ImageTask } from './images/image-task.js';
export { SPLIT_NAMES, type SplitName } from './images/images-manifest.js';

// Attacks
export { createAttack, ATTACK_NAMES } from './attacks/attack-registry.js';
export type {
  AttackName,
  AttackOptions,
  AttackSettings,
  SearchAttackOptions,
} from './attacks/attack-registry.js';
export {
  defaultAttackPlan,
  PAPER_FGSM_BOUNDS,
  paperAttackPlan,
  type AttackPlan,
  type AttackTarget,
} from './attacks/attack-presets.js';
export { PAPER_TASKS, paperAttacks, type PaperAttacks, type PaperTask } from './attacks/paper-attacks.js';
export type {
  AttackableModel,
  CotangentOf,
  Draw,
  GradientPath,
  VjpResult,
} from './attacks/model/attackable-model.js';
export {
  attackRequest,
  buildAttackedSet,
  requestHash,
  type AttackedSet,
  type AttackedSetOptions,
  type AttackRequest,
  type MadeBy,
  type NamedModel,
} from './attacks/sets/attacked-set.js';
export {
  loadAttackedSet,
  obtainAttackedSet,
  saveAttackedSet,
  type ObtainedSet,
} from './attacks/sets/attacked-set-files.js';
export { apgdL2, type ApgdL2Options, type ApgdL2Settings } from './attacks/methods/apgd-l2.js';
export { apgdLinf, type ApgdLinfOptions, type ApgdLinfSettings } from './attacks/methods/apgd-linf.js';
export type { ApgdCheckpoints } from './attacks/methods/apgd-checkpoints.js';
export {
  lossInUse,
  type ApgdLoss,
  type ApgdOptions,
  type ApgdSettings,
  type LossInUse,
} from './attacks/methods/apgd-settings.js';
export { autoAttack } from './attacks/methods/autoattack.js';
export type {
  AutoAttackOptions,
  AutoAttackSettings,
  RandAutoAttackOptions,
  RandAutoAttackSettings,
  StandardAutoAttackOptions,
  StandardAutoAttackSettings,
} from './attacks/methods/autoattack-settings.js';
export {
  paperAutoAttack,
  type PaperAutoAttackOptions,
  type PaperAutoAttackSettings,
} from './attacks/methods/paper-autoattack.js';
export { fgsmL2, type FgsmL2Options, type FgsmL2Settings } from './attacks/methods/fgsm-l2.js';
export type { Attack } from './attacks/contract/attack.js';
export type { AttackBatch, AttackFlags, DifferentiableModel } from './attacks/contract/attack-batch.js';
export { runMachine, type AttackMachine } from './attacks/contract/attack-machine.js';
export type {
  FixedBudgetAttack,
  FixedBudgetSettings,
  Perturbed,
} from './attacks/contract/fixed-budget-attack.js';
export type {
  Candidates,
  MinimumNormAttack,
  MinimumNormSettings,
} from './attacks/contract/minimum-norm-attack.js';
export type { Ball } from './attacks/geometry/ball.js';
export { bpdaModel, type BpdaOptions, type PurifierSurrogate } from './attacks/model/bpda.js';
export type { Tally } from './attacks/model/counted-model.js';
export { withExpectation } from './attacks/model/expected-model.js';
export { blackBox, withGradientsOf } from './attacks/model/gradient-paths.js';
export { looksLikeProbabilities } from './attacks/model/looks-like-probabilities.js';
export { deepFool } from './attacks/methods/deepfool.js';
export type { DeepFoolOptions, DeepFoolSettings } from './attacks/methods/deepfool-settings.js';
export { fabL2 } from './attacks/methods/fab-l2.js';
export type { FabL2Options, FabL2Settings } from './attacks/methods/fab-settings.js';
export { carliniWagnerL2 } from './attacks/methods/carlini-wagner-l2.js';
export type {
  BinaryCarliniWagnerOptions,
  BinaryCarliniWagnerSettings,
  CarliniWagnerL2Options,
  CarliniWagnerL2Settings,
  CommonCarliniWagnerOptions,
  MultiplicativeCarliniWagnerOptions,
  MultiplicativeCarliniWagnerSettings,
} from './attacks/methods/carlini-wagner-settings.js';
export { pgdL2, type PgdL2Options, type PgdL2Settings } from './attacks/methods/pgd-l2.js';
export { pgdLinf, type PgdLinfOptions, type PgdLinfSettings } from './attacks/methods/pgd-linf.js';
export type { PgdOptions } from './attacks/methods/pgd-settings.js';
export { squareL2, type SquareL2Options, type SquareL2Settings } from './attacks/methods/square-l2.js';
export {
  squareLinf,
  type SquareLinfOptions,
  type SquareLinfSettings,
} from './attacks/methods/square-linf.js';
export type { SquareOptions } from './attacks/methods/square-settings.js';
export {
  runAttack,
  type AttackedImage,
  type AttackedImageDetail,
  type AttackProgress,
  type AttackRun,
  type AttackRunResult,
} from './attacks/run/run-attack.js';
export { removeAttackCheckpoint } from './attacks/run/attack-checkpoint.js';
export type { AttackSnapshot } from './attacks/run/attack-snapshot.js';
export { checkpointedAttack, type CheckpointOptions } from './attacks/run/checkpointed-attack.js';
export type { FooledShares, Verification } from './attacks/run/verification.js';

// Evaluation
export { accuracyOf, type Accuracy } from './evaluation/accuracy.js';
export {
  attackDistances,
  successCurve,
  summariseAttack,
  type AttackDistance,
  type AttackSummary,
} from './evaluation/attack-summary.js';
export { evaluateBlock, type BlockJudging } from './evaluation/evaluate-block.js';
export type {
  AttackCell,
  ConvergenceCell,
  EvaluatedAttack,
  EvaluatedDefence,
  EvaluationData,
  ExpectationPlan,
  NoiseCell,
  TransferCell,
} from './evaluation/evaluation-data.js';
export { attackRows, l2Bounds, type AttackRow, type Rate } from './evaluation/attack-report/attack-rows.js';
export type { BudgetNorm } from './evaluation/attack-report/cell-distances.js';
export {
  compareDefences,
  type ComparisonOptions,
  type DefenceComparison,
} from './evaluation/attack-report/compare-defences.js';
export { evaluationReport, type EvaluationReport } from './evaluation/attack-report/evaluation-report.js';
export { differenceByChance, leadByChance } from './evaluation/attack-report/exact-paired-test.js';
export { imageRows, type ImageRow } from './evaluation/attack-report/image-rows.js';
export type { NoiseRow, TransferRow } from './evaluation/attack-report/judged-elsewhere.js';
export {
  successCurves,
  WORST_CASE,
  type CurvePoint,
  type SuccessCurve,
} from './evaluation/attack-report/success-curves.js';
export type { EvaluationWarning, WarningCode } from './evaluation/attack-report/warnings/warning.js';
export { evaluationWarnings } from './evaluation/attack-report/warnings/evaluation-warnings.js';
export { worstCaseRows, type WorstCaseRow } from './evaluation/attack-report/worst-case-rows.js';
export {
  createEvaluationBlocks,
  disposeBlocks,
  type BlockOptions,
  type PrepareImages,
} from './evaluation/evaluation-blocks.js';
export { scoreInterval, wilsonInterval, Z_95, type Interval } from './evaluation/intervals.js';
export { predictionBits, predictions, type LogitsOrigin } from './evaluation/predictions.js';
export {
  preparedByModel,
  type EvaluationBlock,
  type PreparedImages,
  type PurificationDraws,
} from './evaluation/prepared-images.js';
export { sampleName, type SampleParts } from './evaluation/sample-name.js';
export { scoreAlphas, type AlphaScore, type ScoringOptions } from './evaluation/score-alphas.js';
export {
  compareWith,
  scoreSchedules,
  type ScheduleDifferences,
  type ScheduleScore,
  type ScheduleToScore,
  type ScoreSchedulesOptions,
} from './evaluation/score-schedules.js';
export {
  imageScores,
  pairedDifference,
  summariseScores,
  type PairedDifference,
  type ScoreSummary,
} from './evaluation/scores.js';

// Tensors
export { clampUnit, silu, softClamp } from './tensors/activations.js';
export type { Padding } from './tensors/conv-input-gradient.js';
export { depthToSpace, spaceToDepth } from './tensors/depth-to-space.js';
export { DIFFERENTIABLE_KERNELS } from './tensors/gradients/register.js';
export {
  createConvLayer,
  createDenseLayer,
  type ConvLayer,
  type ConvOptions,
  type DenseLayer,
  type Layer,
} from './tensors/layers.js';
export {
  probeBackends,
  type BackendDoesNotStart,
  type BackendReport,
  type BackendStarts,
  type ProbeOptions,
} from './tensors/probe-backends.js';
export {
  AUTO_ORDER,
  BACKEND_CHOICES,
  openRuntime,
  RUNTIME_BACKENDS,
  type BackendChoice,
  type PassedOver,
  type Runtime,
  type RuntimeBackend,
  type RuntimeOptions,
} from './tensors/runtime.js';
export {
  concatStates,
  disposeState,
  gatherState,
  keepState,
  mapState,
  sliceState,
  stateBatch,
  stateBytes,
  stateTensors,
  tileState,
} from './tensors/state-tree.js';

// Models
export type { Classifier } from './models/classifier.js';
export type { ModelManifest } from './models/manifest.js';
export type { ImageSpec, LatentSpec, Mlvgm, State } from './models/mlvgm.js';
export {
  openModel,
  readModelManifest,
  type OpenedModel,
  type OpenModelOptions,
} from './models/open-model.js';
export { readSafetensors, type WeightTensor } from './models/safetensors.js';

// Worker threads
export type { WorkerMemory } from './parallel/messages.js';
export { openWorkerPool, type WorkerPool, type WorkerPoolOptions } from './parallel/open-worker-pool.js';

// Purification
export {
  bareClassifier,
  type BareClassifierOptions,
  type DifferentiableClassifier,
} from './purification/bare-classifier.js';
export { blurSurrogate } from './purification/blur-surrogate.js';
export { blurKernelSize, type BlurKernelSize, type BlurOptions } from './purification/blur.js';
export { createDefence, type Defence, type DefenceOptions } from './purification/defence.js';
export {
  encodeCodes,
  mixByWeights,
  mixCodes,
  reconstruct,
  samplePrior,
  type Codes,
} from './purification/mixers.js';
export {
  assertAlphas,
  mixingWeights,
  type Alphas,
  type LatentWeight,
  type MixingShape,
} from './purification/mixing-weights.js';
export { inputNoise, latentNoise, type NoiseKey } from './purification/noise.js';
export { DEFAULT_CHUNK_SIZE, type PurificationOptions } from './purification/pipeline.js';
export {
  DEFAULT_MEMORY_BYTES,
  prepareImages,
  type CachedImages,
  type DrawRange,
  type ImagesToPrepare,
  type PrepareOptions,
} from './purification/prepared-images.js';
export {
  preprocessedClassifier,
  type PreprocessedClassifier,
  type PreprocessedClassifierOptions,
} from './purification/preprocessed-classifier.js';
export type { PreprocessingOptions } from './purification/preprocessing.js';
export { createMemoryBudget, type MemoryBudget } from './purification/state-cache.js';
export { walkLatents, type LatentSource, type Mixer, type WalkOptions } from './purification/walk.js';

// Checks
export {
  CHECK_NAMES,
  checkModel,
  type CheckModelOptions,
  type CheckName,
  type CheckResult,
} from './checks/check-model.js';
export type { CheckedModel, CheckStatus, Clock, Finding } from './checks/checked-model.js';
