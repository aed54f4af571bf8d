export { MessagesModule } from './messages.module.js';
export { IllegalStep, MessagesService } from './messages.service.js';
