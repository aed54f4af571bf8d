import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { type ProviderFailure } from './outcome.js';

/** Carries a provider's failure through the chain. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
  constructor(readonly failure: ProviderFailure) {
    super(`${failure.kind}: ${failure.detail}`);
  }
}

const QUOTA_CODES = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active']);

/**
 * An error of the SDK as a plain fact. Status and code only: messages of providers may quote the key or the prompt.
 * @param now for a Retry-After that is a date.
 */
export function toFailure(error: unknown, now: number): ProviderFailure {
  if (error instanceof APIConnectionTimeoutError)
    return { kind: 'timeout', detail: 'the endpoint did not answer in time' };
  if (error instanceof APIUserAbortError) return { kind: 'timeout', detail: 'the deadline passed' };
  if (error instanceof APIConnectionError)
    return { kind: 'unavailable', retryable: true, detail: 'the endpoint cannot be reached' };
  if (error instanceof APIError) return ofStatus(error as SdkError, now);
  // Not JSON where JSON was promised, or a body that broke off.
  return {
    kind: 'unavailable',
    retryable: true,
    detail: 'the endpoint does not answer as chat completions do',
  };
}

/** As much of the SDK's error as is read. */
interface SdkError {
  readonly status: number | undefined;
  readonly code: string | null | undefined;
  readonly type: string | undefined;
  readonly headers: Headers | undefined;
}

function ofStatus(error: SdkError, now: number): ProviderFailure {
  const status = error.status ?? 0;
  const code = error.code ?? error.type;
  const detail = `the endpoint answered ${status}${code === undefined || code === '' ? '' : ` (${code})`}`;
  if (QUOTA_CODES.has(error.code ?? '') || QUOTA_CODES.has(error.type ?? ''))
    return { kind: 'quota', detail };
  if (status === 429 || status === 503) {
    const retryAfterMs = readRetryAfter(error.headers, now);
    if (status === 429 || retryAfterMs !== null) return { kind: 'rate_limited', retryAfterMs, detail };
  }
  return { kind: 'unavailable', retryable: status >= 500 || status === 408 || status === 409, detail };
}

/** Milliseconds from `retry-after-ms` or `Retry-After` (seconds or an HTTP date). */
function readRetryAfter(headers: Headers | undefined, now: number): number | null {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const after = headers?.get('retry-after');
  if (after === null || after === undefined || after === '') return null;
  const seconds = Number(after);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const at = Date.parse(after);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
