import { z } from 'zod';

const time = z.iso.datetime({ offset: true });
const consentState = z.enum(['granted', 'denied', 'unknown']);

export const consentInputSchema = z
  .strictObject({
    channel: z.string().regex(/^[\w.\- ]{1,64}$/, 'should be the name of a channel, such as "email"'),
    /** Every topic when left out. */
    topic: z
      .string()
      .regex(/^(\*|[\w.\- ]{1,64})$/, 'should be the name of a topic, or "*" for all')
      .default('*'),
    state: consentState,
    source: z.string().min(1).max(200),
    at: time,
  })
  .meta({ id: 'ConsentInput' });
export type ConsentInput = z.output<typeof consentInputSchema>;

const consentSchema = z.strictObject({
  channel: z.string(),
  topic: z.string(),
  state: consentState,
  source: z.string(),
  at: time,
});

export const profileAnswerSchema = z
  .strictObject({
    id: z.string(),
    userId: z.string().nullable(),
    anonymousIds: z.array(z.string()),
    traits: z.record(z.string(), z.json()),
    addresses: z.strictObject({ email: z.string().nullable(), phone: z.string().nullable() }),
    consents: z.array(consentSchema),
    suppressions: z.array(z.strictObject({ channel: z.string(), reason: z.string(), at: time })),
    country: z.string().nullable(),
    locale: z.string().nullable(),
    /** IANA names: one when known, several when ambiguous. */
    zones: z.array(z.string()),
    zoneSource: z.enum(['trait', 'phone', 'country', 'none']),
    stage: z.enum(['anonymous', 'lead', 'new_customer', 'active', 'at_risk', 'lapsed']),
    events: z.record(
      z.string(),
      z.strictObject({
        total: z.int(),
        count1d: z.int(),
        count7d: z.int(),
        count30d: z.int(),
        count90d: z.int(),
        lastAt: time,
      }),
    ),
    groups: z.array(z.string()),
    /** Profiles that became part of this one, and by which signal. */
    merges: z.array(
      z.strictObject({
        id: z.string(),
        from: z.string(),
        signalId: z.string(),
        reason: z.string(),
        at: time,
      }),
    ),
    firstSeenAt: time,
    lastSeenAt: time,
  })
  .meta({ id: 'Profile' });
export type ProfileAnswer = z.output<typeof profileAnswerSchema>;
