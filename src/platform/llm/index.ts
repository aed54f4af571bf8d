export { Embedder, type Embedding, type EmbeddingTerms } from './embedder.js';
export { writePrompt } from './chain.js';
export { DEFAULT_LIMITS, LLM_LIMITS } from './limits.js';
export { LlmGateway } from './llm.gateway.js';
export { LlmModule } from './llm.module.js';
export { type ModelOutcome } from './outcome.js';
export { TokensSpent } from './spending.js';
export { strictSchema } from './strict-schema.js';
