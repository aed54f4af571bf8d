import { z } from 'zod';

/** What lies in the outbox for one message: the mail or request exactly as it would have left. */
export const outboxWireSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('email'),
    envelope: z.strictObject({ from: z.string(), to: z.string() }),
    /** The whole mail (RFC 5322). */
    raw: z.string(),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
]);
export type OutboxWire = z.output<typeof outboxWireSchema>;
