export { Database, type DatabaseLocation } from './database.js';
export { DatabaseModule } from './database.module.js';
export { DirectoryLockedError } from './directory-lock.js';
export { type Db, type Executor, type Tx } from './handles.js';
export { SchemaError } from './migrator.js';
