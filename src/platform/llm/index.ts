export {
  LLM_LIMITS,
  LlmGateway,
  type LlmLimits,
  type ModelDescription,
  type ModelRequest,
} from './llm.gateway.js';
export { LlmModule } from './llm.module.js';
export { type ModelOutcome, type ModelUsage, type SentMessage } from './outcome.js';
export { strictSchema } from './strict-schema.js';
