export { type Departure } from './messages.repository.js';
export { MessagesModule } from './messages.module.js';
export { IllegalStep, MessagesService, type StepReason } from './messages.service.js';
