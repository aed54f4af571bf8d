import { z } from 'zod';

/** What lies in the outbox for one message: the mail exactly as it would have left. A webhook never ends here. */
export const outboxWireSchema = z.strictObject({
  kind: z.literal('email'),
  envelope: z.strictObject({ from: z.string(), to: z.string() }),
  /** The whole mail (RFC 5322). */
  raw: z.string(),
});
export type OutboxWire = z.output<typeof outboxWireSchema>;
