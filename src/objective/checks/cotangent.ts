/** A fixed ∂loss/∂logits that no symmetry of a classifier hides. */

/** cos(1.7·i + 0.3) for each of B·K logits, flat. */
export function cotangentFor(images: number, classes: number): Float32Array {
  return Float32Array.from({ length: images * classes }, (_, i) => Math.cos(1.7 * i + 0.3));
}
