export {
  Database,
  type DatabaseLocation,
  type Db,
  type Engine,
  type Executor,
  type Tables,
  type Tx,
} from './database.js';
export { DatabaseModule } from './database.module.js';
export { DirectoryLockedError } from './directory-lock.js';
