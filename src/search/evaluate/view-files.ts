/** Names of the tables and pictures of an evaluation, which are made anew at every end. */

export const ROWS_FILE = 'evaluation.csv';
export const IMAGES_FILE = 'evaluation-images.csv';
export const PICTURE_FILE = 'evaluation.svg';

export const VIEW_FILES = [ROWS_FILE, IMAGES_FILE, PICTURE_FILE] as const;
