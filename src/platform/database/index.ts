export { type Cursor, holdCursor, moveCursor } from './cursors.js';
export { Database, type DatabaseLocation } from './database.js';
export { DatabaseModule } from './database.module.js';
export { DirectoryLockedError } from './directory-lock.js';
export { type Db, type Executor, type Tx } from './handles.js';
export { dropBefore, makeMonths, type MonthlyTable, monthsOf } from './partitions.js';
export { SchemaError } from './migrator.js';
export { prepared } from './prepared.js';
export { EndToEnd } from './end-to-end.js';
