/** Tokens, money and time one request to the gateway took, all its attempts together. */
export interface ModelUsage {
  /** Requests that reached the provider. */
  readonly calls: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Millionths of a minor unit of the currency the prices are in; 0 when the model has no price. */
  readonly costMicros: number;
  readonly latencyMs: number;
}

/** A message as the model saw it. */
export interface SentMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Why the provider gave no answer, as plain facts: nothing of its SDK gets out. */
export type ProviderFailure =
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number | null; readonly detail: string }
  | { readonly kind: 'quota'; readonly detail: string }
  | { readonly kind: 'timeout'; readonly detail: string }
  | { readonly kind: 'unavailable'; readonly retryable: boolean; readonly detail: string };

export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T; /** It took the second round. */ readonly repaired: boolean }
  | { readonly kind: 'refused'; readonly detail: string }
  /** The answer hit the limit on its length. */
  | { readonly kind: 'truncated'; readonly detail: string }
  /** Not what was asked for, in the repair round either. */
  | { readonly kind: 'invalid'; readonly detail: string };

/** What came of a request. Every kind is an expected outcome; the gateway throws for none of them. */
export type ModelOutcome<T> = (
  | Answer<T>
  | ProviderFailure
  /** Not asked: the model failed too often lately, or the day's tokens are spent. */
  | { readonly kind: 'circuit_open' | 'budget'; readonly detail: string }
) & {
  /** The one that answered, by the name the endpoint gives it, such as `gpt-4.1-mini-2025-04-14`; where none did, the one that was asked. */
  readonly model: string;
  readonly usage: ModelUsage;
  /** What was sent, word for word, but for what the request keeps otherwise; empty when nothing was. */
  readonly sent: readonly SentMessage[];
};
