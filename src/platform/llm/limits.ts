import { type CircuitSettings } from './circuit.js';

/** How the provider's models are treated; tests shorten it. */
export interface LlmLimits {
  readonly circuit: CircuitSettings;
  /** First wait before another attempt, when the provider names none. Doubles. */
  readonly backoffMs: number;
  /** How long an embedding may take, waiting in line included. */
  readonly embeddingMs: number;
}
/** Injection token of `LlmLimits`. */
export const LLM_LIMITS = Symbol('llm limits');
export const DEFAULT_LIMITS: LlmLimits = {
  circuit: { failures: 5, cooldownMs: 30_000, longestMs: 5 * 60_000 },
  backoffMs: 500,
  embeddingMs: 20_000,
};
