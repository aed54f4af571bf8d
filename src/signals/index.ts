export { InboxLost, InboxService, type Taken } from './inbox.service.js';
export { SignalsService } from './signals.service.js';
export { SignalsModule } from './signals.module.js';
