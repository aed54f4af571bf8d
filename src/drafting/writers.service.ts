import { Inject, Injectable } from '@nestjs/common';
import { Embedder } from '../platform/llm/index.js';
import { DRAFTING_VERSION } from './drafting-version.provider.js';
import { type Writer } from './prompt.js';
import { PromptsService } from './prompts.service.js';

/** What writes drafts here, besides prompt, model and playbook. */
@Injectable()
export class WritersService {
  constructor(
    private readonly prompts: PromptsService,
    private readonly embedder: Embedder,
    @Inject(DRAFTING_VERSION) private readonly code: string,
  ) {}

  /** @param promptId of the prompt that asks the model; null where none does. */
  of(promptId: string | null): Writer {
    const prompt = promptId === null ? null : this.prompts.get(promptId);
    const readsExamples = prompt?.input.includes('examples') ?? false;
    return { code: this.code, examplesBy: readsExamples ? this.embedder.model : null };
  }
}
