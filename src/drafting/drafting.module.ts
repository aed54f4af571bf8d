import { Module } from '@nestjs/common';
import { DecisionsModule } from '../decisions/index.js';
import { MessagesModule } from '../messages/index.js';
import { LlmModule } from '../platform/llm/index.js';
import { PoliciesModule } from '../policies/index.js';
import { DraftingService } from './drafting.service.js';
import { PastMessagesService } from './past-messages.service.js';
import { PromptsService } from './prompts.service.js';

/** Writing drafts: by the model, or from signed templates. */
@Module({
  imports: [PoliciesModule, DecisionsModule, MessagesModule, LlmModule],
  providers: [DraftingService, PastMessagesService, PromptsService],
  exports: [DraftingService, PastMessagesService, PromptsService, LlmModule],
})
export class DraftingModule {}
