/** Keeps states between calls within a memory budget; what does not fit is made again each time. */
import * as tf from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { State } from '../models/mlvgm.js';
import { disposeState, keepState, stateBytes } from '../tensors/state-tree.js';

/** Bytes that one or several caches may hold together. */
export interface MemoryBudget {
  readonly limitBytes: number;
  readonly usedBytes: number;
  /** Takes bytes, or answers false where they do not fit. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Named states. What depends on a noise key says so, and goes when another key comes. */
export interface StateCache {
  /** Bytes of the states it holds. */
  readonly bytes: number;
  /**
   * The named state. Call it in a `tf.tidy`, which frees what could not be kept.
   * @param key - noise key the state depends on; undefined if it depends on none.
   */
  get(name: string, key: string | undefined, make: () => State): State;
  /** Frees the states of other noise keys. */
  retain(key: string): void;
  /** Frees all states. */
  clear(): void;
}

/** @throws BoSearchError `E_ARGUMENT` unless the limit is at least 0. */
export function createMemoryBudget(limitBytes: number): MemoryBudget {
  if (!(limitBytes >= 0)) {
    throw new BoSearchError('E_ARGUMENT', `memory: limit must be at least 0 bytes, got ${limitBytes}`);
  }
  let used = 0;
  return {
    limitBytes,
    get usedBytes() {
      return used;
    },
    take(bytes) {
      if (used + bytes > limitBytes) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
  };
}

export function createStateCache(budget: MemoryBudget): StateCache {
  const entries = new Map<string, { readonly state: State; readonly key: string | undefined }>();
  let held = 0;
  const drop = (name: string, state: State): void => {
    const bytes = stateBytes(state);
    held -= bytes;
    budget.give(bytes);
    disposeState(state);
    entries.delete(name);
  };
  return {
    get bytes() {
      return held;
    },
    get(name, key, make) {
      const full = key === undefined ? name : `${name} of ${key}`;
      const found = entries.get(full);
      if (found !== undefined) return found.state;
      const state = tf.tidy(() => make() as never) as State;
      const bytes = stateBytes(state);
      if (budget.take(bytes)) {
        held += bytes;
        entries.set(full, { state: keepState(state), key });
      }
      return state;
    },
    retain(key) {
      for (const [name, entry] of entries) {
        if (entry.key !== undefined && entry.key !== key) drop(name, entry.state);
      }
    },
    clear() {
      for (const [name, entry] of entries) drop(name, entry.state);
    },
  };
}
