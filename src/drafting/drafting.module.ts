import { Module } from '@nestjs/common';
import { DecisionsModule } from '../decisions/index.js';
import { MessagesModule } from '../messages/index.js';
import { LlmModule } from '../platform/llm/index.js';
import { PoliciesModule } from '../policies/index.js';
import { draftingVersionProvider } from './drafting-version.provider.js';
import { DraftingService } from './drafting.service.js';
import { PastMessagesService } from './past-messages.service.js';
import { PromptsService } from './prompts.service.js';
import { WritersService } from './writers.service.js';

/** Writing drafts: by the model, or from signed templates. */
@Module({
  imports: [PoliciesModule, DecisionsModule, MessagesModule, LlmModule],
  providers: [DraftingService, PastMessagesService, PromptsService, WritersService, draftingVersionProvider],
  exports: [DraftingService, PastMessagesService, PromptsService, WritersService, LlmModule],
})
export class DraftingModule {}
