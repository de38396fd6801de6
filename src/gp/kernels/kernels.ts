/** The kernels there are, by name. */
import { matern32 } from './matern32.js';
import { matern52 } from './matern52.js';
import type { Profile } from './profile.js';
import { rbf } from './rbf.js';

export type KernelName = 'matern52' | 'matern32' | 'rbf';

/** Each kernel under its own name. */
export const KERNELS: Readonly<Record<KernelName, Profile>> = { matern52, matern32, rbf };
