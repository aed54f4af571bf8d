export {
  again,
  DONE,
  type Job,
  type JobEnd,
  type NewWork,
  RetryLater,
  Unrecoverable,
  type WorkHandler,
  WorkRunner,
} from './work.js';
export { WorkModule } from './work.module.js';
export { WorkRelay } from './relay.js';
export { WorkService } from './work.service.js';
