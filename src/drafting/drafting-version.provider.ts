import { type Making, readSourceVersion } from '../platform/source-version.js';

/** Names the code that writes drafts: what a model is shown, how it is asked, and what is made of its answer. */
export const DRAFTING_VERSION = Symbol('drafting version');

export const DRAFTING: Making = {
  name: 'drafting',
  from: [
    'drafting/model-input.ts',
    'drafting/model-draft.ts',
    'drafting/asked-draft.ts',
    'drafting/variants.ts',
    'drafting/content.ts',
    'drafting/render-email.ts',
    'drafting/locale.ts',
    'drafting/examples.ts',
    'drafting/edit.ts',
    'drafting/without-person.ts',
  ],
  gathers: [
    'drafting/drafting.service.ts',
    'drafting/past-messages.service.ts',
    'drafting/past-messages.repository.ts',
    'decisions/expression-source.ts',
    'platform/llm/llm.gateway.ts',
    'platform/llm/chain.ts',
    'platform/llm/strict-schema.ts',
    'platform/llm/openai-chat-model.ts',
    'platform/llm/embedder.ts',
  ],
  kept: 'drafting/drafting-version.json',
};

export const draftingVersionProvider = {
  provide: DRAFTING_VERSION,
  useFactory: (): string => readSourceVersion(DRAFTING),
};
