/** Sums over draws in float64, and their means in float32; so that the mean of equal answers is that answer, bit for bit. */

/** Running sums of `length` numbers. */
export class DrawMean {
  private readonly sums: Float64Array;
  private draws = 0;

  constructor(length: number) {
    this.sums = new Float64Array(length);
  }

  add(values: Float32Array): void {
    for (let i = 0; i < this.sums.length; i += 1) this.sums[i] += values[i];
    this.draws += 1;
  }

  mean(): Float32Array {
    const means = new Float32Array(this.sums.length);
    for (let i = 0; i < means.length; i += 1) means[i] = this.sums[i] / this.draws;
    return means;
  }
}
