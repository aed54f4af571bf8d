/** The administrator's own door: requests as a named person, through the load balancer. */
export class Api {
  constructor(
    private readonly base: string,
    private readonly token: string,
  ) {}

  /** @returns null when nobody answered: the request may or may not have been done. */
  async ask<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly body: T } | null> {
    try {
      const response = await fetch(`${this.base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      if (response.status >= 500) return null;
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
    } catch {
      return null;
    }
  }
}
