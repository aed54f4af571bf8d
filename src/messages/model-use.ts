import { z } from 'zod';

/** What the model took for a message, all questions together, whatever became of their answers. */
export const modelUseSchema = z
  .object({
    tokensIn: z.int(),
    tokensOut: z.int(),
    /** Millionths of a minor unit of `currency`; 0 where the playbook knew no price of the model. */
    costMicros: z.int(),
    /** ISO 4217; null where the playbook that it was decided under cannot be read any more. */
    currency: z.string().nullable(),
    /** First to last. `outcome` is `ok`, or why the answer became no draft; what the call of a `timeout` took is not known and not counted. */
    answers: z.array(
      z.object({
        at: z.string(),
        model: z.string(),
        outcome: z.string(),
        tokensIn: z.int(),
        tokensOut: z.int(),
        costMicros: z.int(),
        latencyMs: z.int(),
      }),
    ),
  })
  .meta({ id: 'ModelUse' });
export type ModelUse = z.output<typeof modelUseSchema>;
