/** 97.5 % quantile of the standard normal distribution: half a 95 % interval, in standard deviations. */
export const Z95 = 1.959963984540054;
