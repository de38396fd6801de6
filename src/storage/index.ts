/** Where a study's records are kept: in memory, or in a journal on disk. */
export { openJournal } from './journal.js';
export { createMemoryStorage } from './memory.js';
export { JOURNAL_FILE, type JournalContent, readJournal } from './read-journal.js';
