/** Spaces: parameters, the unit cube, and points to try first. */
export { alphaSeeds, alphaSpace, MAX_ALPHAS } from './alpha-space.js';
export { integer, type IntegerParameter, type Parameter, real, type RealParameter } from './parameter.js';
export {
  createSpace,
  fromUnit,
  paramsOf,
  type PointInput,
  pointValues,
  type SeedPoint,
  snapUnit,
  type Space,
  toUnit,
} from './space.js';
export {
  type ParameterJson,
  type SeedJson,
  spaceFromJson,
  spaceToJson,
  type SpaceJson,
} from './space-json.js';
