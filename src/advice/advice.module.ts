import { Module } from '@nestjs/common';
import { Adviser } from '../decisions/index.js';
import { LlmModule } from '../platform/llm/index.js';
import { PoliciesModule } from '../policies/index.js';
import { AdvicePromptsService } from './advice-prompts.service.js';
import { ModelAdviser } from './model-adviser.service.js';

/** Advice of the language model, for decisions that ask for it. */
@Module({
  imports: [PoliciesModule, LlmModule],
  providers: [AdvicePromptsService, { provide: Adviser, useClass: ModelAdviser }],
  exports: [Adviser],
})
export class AdviceModule {}
