export { ChannelsService } from './channels.service.js';
export { DispatchModule } from './dispatch.module.js';
export { DispatchService } from './dispatch.service.js';
export { RestoredService } from './restored.service.js';
export { PausesService } from './pauses.service.js';
export { publicLookup, refuseForbiddenHost } from './public-address.guard.js';
