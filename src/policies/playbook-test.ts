import { z } from 'zod';
import { MOMENT_FORMS, parseMoment, unknownZoneIn } from '../shared/moment.js';
import { zoneNames } from '../shared/zones.js';
import { suggestion } from './nearest.js';
import { holding } from './playbook.js';

/** Any moment will do to tell whether a text is one. */
const SOME_TIME = 0;

/** @param forms how to write it. @param now epoch milliseconds; null where nothing relative makes sense. */
const momentText = (now: number | null, forms: string) =>
  z.string().superRefine((text, context) => {
    if (parseMoment(text, now) !== null) return;
    const zone = unknownZoneIn(text);
    const message = zone === null ? forms : `"${zone}" is not a time zone${suggestion(zone, zoneNames())}`;
    context.addIssue({ code: 'custom', message });
  });
const absolute = momentText(null, 'write a moment such as "2026-11-18 09:00 Europe/Berlin"');
const moment = momentText(SOME_TIME, `write a moment: ${MOMENT_FORMS}`);
const value = z.json();
const consentState = z.enum(['granted', 'denied', 'unknown']);
const id = z.string().min(1);
const actionId = holding('actions', id);
const channelId = holding('channels', id);
const eventName = holding('events', z.string());
/** `recover-cart by email`, as decisions name a candidate. */
const candidateName = z.string().regex(/^\S+ by \S+$/, 'write a candidate as "action by channel"');

/** What a situation is like, in the words of whoever writes a test. */
export const playbookGivenSchema = z.strictObject({
  now: absolute,
  /** Traits as an `identify` carries them, besides an address that every person of a test has; null takes one away. */
  person: z.record(z.string(), value).default({}),
  /** By channel, or `channel/topic`. Whatever is not named was agreed to. */
  consents: z.record(holding('channels', z.string()), consentState).default({}),
  firstSeen: moment.default('400d ago'),
  /** When each event happened; one moment or several. */
  events: z.record(eventName, z.union([moment, z.array(moment).min(1).max(200)])).default({}),
  /** By product id, when it was ordered: an `Order Completed` of its own for each. */
  bought: z.record(id, moment).default({}),
  /** What called for the decision; it counts among the events. */
  signal: z
    .strictObject({
      event: eventName,
      properties: z.record(z.string(), value).default({}),
      at: moment.default('now'),
    })
    .optional(),
  /** Messages of the past, and open ones that hold their place. */
  messages: z
    .array(
      z.strictObject({ action: actionId, channel: channelId, at: moment, open: z.boolean().default(false) }),
    )
    .default([]),
  /** How messages were answered by the local hour in which they left: what an action with `bestHours` goes by. */
  answers: z
    .array(
      z
        .strictObject({
          channel: channelId,
          /** Whose: this person's, those of people of their country and stage, or everyone's. */
          of: z.enum(['person', 'segment', 'everyone']).default('person'),
          days: z.enum(['workdays', 'weekends']).default('workdays'),
          hour: z.int().min(0).max(23),
          sent: z.int().min(1).max(1_000_000_000),
          answered: z.int().min(0),
        })
        .refine(({ sent, answered }) => answered <= sent, {
          path: ['answered'],
          message: 'cannot be more than were sent',
        }),
    )
    .default([]),
  /** Suppressed addresses: why, by channel. */
  suppressed: z
    .record(z.string(), z.enum(['hard_bounce', 'complaint', 'unsubscribe', 'import', 'manual']))
    .default({}),
  /** Reason codes of open tasks. */
  tasks: z.array(z.string()).default([]),
  facts: z
    .array(
      z.strictObject({
        id,
        kind: z.enum(['product', 'offer', 'claim']).default('product'),
        data: z.record(z.string(), value).default({}),
        validFrom: moment.optional(),
        validUntil: moment.optional(),
      }),
    )
    .default([]),
  context: z.record(z.string(), value).default({}),
  /** Channels that the playbook has switched off, and that are on here. */
  enabled: z.array(channelId).default([]),
  /** Actions from which this person is held out; from no other that is up. */
  heldOut: z.array(actionId).default([]),
});

const timeSchema = z.union([
  moment,
  /** Half-open: from `from`, before `before`. */
  z.strictObject({ from: moment, before: moment }),
]);
const rules = z.array(holding('guardrails', id)).default([]);
const verdicts = {
  /** Guardrails that have to match; in a whole test on at least one candidate. */
  matches: rules,
  /** Guardrails that must not; in a whole test on no candidate. */
  matchesNot: rules,
};

const candidateSchema = z.strictObject({
  ...verdicts,
  eligible: z.boolean().optional(),
  /** Codes of what stands against it, among others. */
  blockedBy: z.array(z.string()).default([]),
  sendAt: timeSchema.optional(),
});

const expectSchema = z
  .strictObject({
    ...verdicts,
    outcome: z.enum(['act', 'hold', 'handoff']).optional(),
    action: actionId.optional(),
    channel: channelId.optional(),
    /** Who gets the task. */
    handTo: z.string().optional(),
    sendAt: timeSchema.optional(),
    /** How many people look at it before it leaves, as far as guardrails ask for them. */
    reviewers: z.int().min(0).max(2).optional(),
    /** Codes of reasons that have to be given, among others. */
    reasons: z.array(z.string()).default([]),
    candidates: z.record(candidateName, candidateSchema).default({}),
    /** Text limits on the draft of the chosen candidate, among others. */
    requiredText: z.array(z.string()).default([]),
    forbiddenText: z.array(z.string()).default([]),
  })
  .refine(
    (expect) =>
      Object.values(expect).some((each) => (typeof each === 'object' ? Object.keys(each).length > 0 : true)),
    'expects nothing: say what should come of it',
  );

/** policies/tests/*.yaml: given a situation, what the playbook should say. */
export const playbookTestSchema = z
  .strictObject({
    /** What it shows, as a sentence; unique. */
    test: z.string().min(1),
    given: playbookGivenSchema,
    /** Actions that are up for decision; those of a trigger; every marketing action when neither is given. */
    actions: z.array(actionId).min(1).optional(),
    trigger: holding('triggers', id).optional(),
    expect: expectSchema,
  })
  .refine((test) => test.actions === undefined || test.trigger === undefined, {
    path: ['trigger'],
    message: 'name either actions or a trigger',
  });
export type PlaybookTest = z.output<typeof playbookTestSchema>;
export type Given = PlaybookTest['given'];
export type Expected = PlaybookTest['expect'];
export type ExpectedTime = z.output<typeof timeSchema>;

/** Properties of signals that everybody's consents, purchases and revocations are read from without their being declared. */
export const SIGNAL_PROPERTIES: readonly string[] = [
  'channel',
  'topic',
  'state',
  'text',
  'product_id',
  'products',
];

/** Traits that every profile understands without their being declared. */
export const PROFILE_TRAITS: readonly string[] = [
  'email',
  'phone',
  'phone_number',
  'country',
  'country_code',
  'address',
  'timezone',
  'locale',
  'language',
  'state',
  'region',
];
