/** What a request says of a defence. */

/** All of the defence but α. */
export interface DefenceSpec {
  /** Scale of the prior noise, in (0, 1]; null for what the model was made for. */
  readonly temperature: number | null;
  /** Factor on α before mixing, in (0, 1]. */
  readonly attenuation: number;
  /** Gaussian blur before the model: standard deviation and taps in pixels, or a rule by image size. */
  readonly blur: { readonly sigma: number; readonly kernelSize: number | 'paper' | 'reference' } | null;
  /** Gaussian noise after the blur, each image's scaled to this L2 norm. */
  readonly noise: { readonly l2Norm: number } | null;
}
