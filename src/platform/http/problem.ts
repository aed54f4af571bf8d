/** One mistake in what was sent: where (`items.0.price`), and what is wrong there. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/**
 * An answer other than success, thrown anywhere below a route and written as `application/problem+json` (RFC 9457).
 * `code` is stable and lower-case with hyphens (`stale-content`); `detail` is one sentence for whoever called.
 */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors?: readonly FieldError[],
    /** For instance `{ 'retry-after': '5' }`. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${status} ${code}: ${detail}`);
  }
}
