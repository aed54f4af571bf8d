export { DraftingModule } from './drafting.module.js';
export { DraftingService } from './drafting.service.js';
export { PastMessagesService } from './past-messages.service.js';
export { PromptsService } from './prompts.service.js';
export { WritersService } from './writers.service.js';
