export type * from './objective.js';
export type * from './outcome.js';
export type * from './record.js';
export type * from './storage.js';
