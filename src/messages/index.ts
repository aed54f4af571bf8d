export { MessageViews } from './message-views.service.js';
export { MessagesModule } from './messages.module.js';
export { IllegalStep, MessagesService } from './messages.service.js';
