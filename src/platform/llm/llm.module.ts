import { Module } from '@nestjs/common';
import { Embedder } from './embedder.js';
import { DEFAULT_LIMITS, LLM_LIMITS } from './limits.js';
import { LlmGateway } from './llm.gateway.js';

// LangChain would send every prompt to a third party when one of these is set, for instance by a developer's shell. Where customers' data
// goes is decided by this service's own settings alone.
for (const name of ['LANGSMITH_TRACING', 'LANGSMITH_TRACING_V2', 'LANGCHAIN_TRACING', 'LANGCHAIN_TRACING_V2'])
  Reflect.deleteProperty(process.env, name);

/** The language model. */
@Module({
  providers: [Embedder, LlmGateway, { provide: LLM_LIMITS, useValue: DEFAULT_LIMITS }],
  exports: [Embedder, LlmGateway],
})
export class LlmModule {}
