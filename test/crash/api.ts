import { z } from 'zod';

/** What is said of an answer whose body nobody reads. */
export const anything = z.unknown();

/** The administrator's own door: requests as a named person, through the load balancer. */
export class Api {
  constructor(
    private readonly base: string,
    private readonly token: string,
  ) {}

  /**
   * @param shape what is expected of the body of a good answer.
   * @returns the status, and the body when it was a good one; null when nobody answered: the request may or may not have been done.
   */
  async ask<Shape extends z.ZodType>(
    shape: Shape,
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly body: z.output<Shape> | null } | null> {
    let status: number;
    let text: string;
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
      status = response.status;
      text = await response.text();
    } catch {
      return null; // Cut off, or too late.
    }
    if (status >= 500) return null;
    return { status, body: status < 300 ? shape.parse(JSON.parse(text === '' ? 'null' : text)) : null };
  }
}
