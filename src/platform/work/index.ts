export {
  again,
  DONE,
  type Job,
  type JobEnd,
  RetryLater,
  Stopping,
  Unrecoverable,
  type WorkHandler,
} from './work.js';
export { WorkModule } from './work.module.js';
export { WorkRelay } from './relay.js';
export { WorkService } from './work.service.js';
