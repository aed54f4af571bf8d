import { z } from 'zod';
import { DURATION_PATTERN, durationMs } from '../shared/clock.js';

/** An id in the playbook: lower-case words joined by hyphens. */
const id = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'write lower-case words joined by hyphens, such as "welcome-email"')
  .refine((name) => name !== 'constructor', { error: '"constructor" cannot be used as a name' });
/** Added to a time or taken from it, more would leave the years that can be written down. */
const LONGEST = '36500d';
/** What a column holds, and more than there are people. */
const MOST_PEOPLE = 1_000_000_000;
/** In minor units of any currency; figures made of it stay exact enough to be kept. */
const MOST_MONEY = 1e15;
const money = z
  .number()
  .min(0)
  .max(MOST_MONEY, { error: `should be ${MOST_MONEY} at most` });
const duration = z
  .string()
  .regex(DURATION_PATTERN, 'write a number and s, m, h, d or w, such as "30d"')
  .refine((text) => !DURATION_PATTERN.test(text) || durationMs(text) <= durationMs(LONGEST), {
    error: `should be a hundred years, ${LONGEST}, at most`,
  });
/** What a place of a record holds, for the editor to complete: names of other records, or an expression. */
export type Held =
  | 'actions'
  | 'channels'
  | 'segments'
  | 'tags'
  | 'topics'
  | 'events'
  | 'facts'
  | 'fields'
  | 'guardrails'
  | 'triggers'
  | 'countries'
  | 'expression';

/** Says what a schema's text names. It checks nothing: names are checked against the whole playbook when it is compiled. */
export function holding<T extends z.ZodType>(what: Held, schema: T): T {
  return schema.meta({ holds: what });
}
const actionId = holding('actions', id);
const channelId = holding('channels', id);
const tag = holding('tags', id);
const eventName = holding('events', z.string());
/** Source text in CEL; its type is checked against the vocabulary when the playbook is compiled. */
const expression = holding('expression', z.string().min(1));
const isoDate = z.iso.date();
const hourMinute = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'write an hour and minute such as "08:00"');

/** When somebody last read it through and found that it still holds. */
const reviewed = isoDate.optional();

const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'write an ISO 4217 code such as "EUR"');

const channelKind = z.enum(['email', 'webhook', 'onsite']);
/** What of a person a channel reaches: rules about telephone numbers are no rules about mailboxes. */
const reach = z.enum(['mailbox', 'telephone', 'whatsapp', 'site', 'system']);
export type Reach = z.output<typeof reach>;

const messageClass = z.enum(['marketing', 'transactional']);
export type MessageClass = z.output<typeof messageClass>;

/** policies/brand.yaml: who speaks, and how. */
/** How loud and how long a message may be before a person looks at it. */
export const mannersSchema = z.strictObject({
  emoji: z.int().min(0).default(3).describe('Emoji in one message.'),
  exclamationMarks: z.int().min(0).default(3),
  capitals: z
    .int()
    .min(0)
    .default(1)
    .describe('Words in a row in capitals, names and abbreviations of up to five letters aside.'),
  subjectLength: z.int().min(10).default(90).describe('Characters of a subject.'),
  words: z.int().min(10).default(600).describe('Words of a message.'),
  sentenceWords: z.int().min(5).default(26).describe('Words of a sentence, in the mean.'),
});

export const brandSchema = z.strictObject({
  name: z.string().min(1),
  sender: z.strictObject({ name: z.string().min(1), email: z.email() }),
  replyTo: z.email().optional(),
  postalAddress: z.string().min(1),
  website: z.url(),
  /** Colour of buttons in e-mail, such as `#1f5c4d`. */
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'write a colour such as "#1f5c4d"')
    .optional(),
  linkHosts: z
    .array(z.string().min(1))
    .min(1)
    .describe('Hosts that links may lead to; a subdomain of one counts.'),
  accounts: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Names by which the brand is reached elsewhere, such as "@marrowandpine"; any other in a draft is marked.',
    ),
  voice: z.string().min(1),
  bannedWords: z.array(z.string().min(1)).default([]),
  requiredWords: z.array(z.string().min(1)).optional().describe('Wording that every message carries.'),
  manners: mannersSchema.optional(),
  locale: z.string().default('en'),
  currency: currencyCode,
  tracking: z
    .strictObject({ clicks: z.boolean().default(true), opens: z.boolean().default(false) })
    .default({ clicks: true, opens: false }),
});
export type Brand = z.output<typeof brandSchema>;

/** `unknown`: reading it while it is absent makes a guardrail match. Otherwise the value that stands in for it. */
const absence = z.union(
  [
    z.literal('unknown'),
    z.strictObject({ default: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]) }),
  ],
  { error: 'say what absence means: "unknown", or "{ default: … }" with the value that stands in' },
);
const described = {
  absent: absence,
  description: z.string().optional(),
  sensitive: z
    .boolean()
    .default(false)
    .describe(
      'Special categories and the like: only guardrails may read it; the model, templates and triggers never do.',
    ),
};
const scalar = z.enum(['string', 'number', 'boolean', 'timestamp']);

/** A member of the objects in a list. */
const itemFieldSchema = z.strictObject({
  type: scalar,
  absent: absence,
  description: z.string().optional(),
});

/** What a field of the vocabulary is, and what its absence means. A value that does not fit its type counts as unknown. */
const fieldSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      ...described,
      type: z.enum([...scalar.options, 'list<string>']),
      written: z
        .boolean()
        .optional()
        .describe(
          'The person wrote it, such as a reply or a review: words of grief, anger and the like in it hand over to a person.',
        ),
    }),
    /** Such as the `products` of an order. */
    z.strictObject({
      ...described,
      type: z.literal('list<object>'),
      items: z.record(z.string(), itemFieldSchema),
    }),
  ],
  { error: 'should be string, number, boolean, timestamp, list<string> or list<object>' },
);
export type FieldSpec = z.output<typeof fieldSchema>;

/** Whether a field holds what the person wrote. */
export function isWritten(field: FieldSpec): boolean {
  return field.type !== 'list<object>' && field.written === true;
}

/** policies/vocabulary.yaml: what signals of this business carry. */
export const vocabularySchema = z.strictObject({
  traits: z.record(z.string(), fieldSchema).default({}),
  events: z
    .record(
      z.string(),
      z.strictObject({
        description: z.string().optional(),
        properties: z.record(z.string(), fieldSchema).default({}),
      }),
    )
    .default({}),
  context: z
    .record(z.string(), fieldSchema)
    .default({})
    .describe('Members of `context` in a request for a decision.'),
  facts: z
    .record(z.string(), fieldSchema)
    .default({})
    .describe('Members of a fact’s `data` beyond the ones every product, offer and claim has.'),
});
export type VocabularySpec = z.output<typeof vocabularySchema>;

/** policies/channels.yaml */
export const channelSchema = z.strictObject({
  id,
  kind: channelKind,
  contactCost: money.describe(
    'What one contact on this channel costs, in minor units of the brand’s currency: money and patience.',
  ),
  enabled: z.boolean().default(true),
  reaches: reach
    .optional()
    .describe('Left out: the mailbox for e-mail, the site for on-site, another system for a webhook.'),
  url: z
    .url()
    .optional()
    .describe(
      'webhook: where to, and the name of the environment variable that holds its Standard Webhooks secret.',
    ),
  secretVariable: z.string().optional(),
  allowHosts: z
    .array(z.string())
    .default([])
    .describe('webhook: private or loopback hosts that are allowed by name.'),
});
export type Channel = z.output<typeof channelSchema>;

const REACHES = { email: 'mailbox', onsite: 'site', webhook: 'system' } as const;

/** What of a person a channel reaches. */
export function reachOf({ kind, reaches }: Channel): Reach {
  return reaches ?? REACHES[kind];
}

/** policies/segments.yaml: a group of people, named by a condition that guardrails may be scoped to. */
export const segmentSchema = z.strictObject({
  id,
  title: z.string().min(1),
  when: expression.describe(
    'Boolean CEL over the person and their history. Unknown counts as belonging to it.',
  ),
  owner: z.string().min(1),
});
export type Segment = z.output<typeof segmentSchema>;

const waitingCost = z.number().min(0).max(10);
const reviewTime = duration;

/** policies/actions/*.yaml: something that may be done. */
export const actionSchema = z.strictObject({
  id,
  title: z.string().min(1),
  goal: z.string().min(1),
  goalEvent: eventName
    .optional()
    .describe(
      'The event that means the goal was reached; a message whose goal was reached since it was decided is not sent.',
    ),
  class: messageClass,
  topic: holding('topics', id).default('general'),
  tags: z.array(tag).default([]),
  channels: z.array(channelId).min(1),
  value: money.describe('Worth of a reached goal, minor units of the brand’s currency.'),
  propensity: z
    .number()
    .min(0)
    .max(1)
    .describe('Probability that contact leads to the goal, before anything was learned.'),
  eligible: expression.default('true').describe('Boolean CEL: who may get it at all.'),
  holdout: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe(
      'Share of people who never get it, so that its effect can be measured. Assigned by hash. Transactional actions: 0.',
    ),
  delay: duration.default('0s').describe('Earliest send time after the decision.'),
  validFor: duration.default('3d').describe('After this long an unsent message expires.'),
  bestHours: z
    .boolean()
    .optional()
    .describe(
      'Whether it waits for the hour at which the person answers best, within the limits and while it is valid. Transactional actions never do.',
    ),
  waitingCost: waitingCost
    .optional()
    .describe(
      'What a day of waiting for a better hour loses, as a share of its worth. Left out: the engine’s.',
    ),
  reviewTime: reviewTime
    .optional()
    .describe(
      'How long it takes, from the decision on, until a person has signed what needs a signature: it is not planned to leave earlier. Once enough were measured, their median counts instead. Left out: the engine’s.',
    ),
  facts: z
    .record(z.string(), expression)
    .default({})
    .describe(
      'Facts by slot: CEL that gives a fact id (string), such as `signal.properties.product_id` or `’offer-welcome’`.',
    ),
  offer: z.string().optional().describe('The slot in `facts` whose fact is the offer made.'),
  draft: z.strictObject({
    mode: z.enum(['template', 'model']),
    prompt: id
      .optional()
      .describe('The prompt for e-mail, by its id under PROMPTS_DIR; mode `model` needs it or `prompts`.'),
    prompts: z
      .strictObject({ webhook: id.optional(), onsite: id.optional() })
      .optional()
      .describe(
        'Prompts for channels of other kinds. What goes over a kind that no prompt is named for comes from its templates.',
      ),
    brief: z.string().optional(),
    variants: z
      .union([
        z.int().min(1).max(4),
        z
          .array(z.strictObject({ id, brief: z.string().min(1).max(300) }))
          .min(2)
          .max(4),
      ])
      .optional()
      .describe(
        'How many wordings the model writes of each message, 1 unless said; or the wordings by name, each with what is its own. The reviewer signs one.',
      ),
    allowedFields: z
      .array(holding('fields', z.string()))
      .default([])
      .describe(
        'Profile and trait fields the model may see, as vocabulary paths such as `profile.traits.first_name`.',
      ),
    fallback: z
      .enum(['template', 'hold'])
      .default('template')
      .describe('What happens when the model is gone, refuses or answers rubbish.'),
    /** On what terms the model's drafts may go without a person; absent: they never do. */
    automatic: z
      .strictObject({
        wrong: z
          .number()
          .gt(0)
          .max(0.2)
          .describe(
            'The tolerated share of drafts that a careful reviewer would have rejected or materially changed.',
          ),
        confidence: z
          .number()
          .min(0.5)
          .max(0.999)
          .default(0.95)
          .describe('With how much confidence that must be shown, by verdicts of people.'),
        misses: z
          .array(z.int().min(0).max(50))
          .min(1)
          .max(5)
          .default([0])
          .describe(
            'A look is made after as many audits as so many misses need: `[0]` once, `[0, 2]` twice. Fixed before the first audit.',
          ),
        thresholds: z
          .array(z.number().gt(0).max(1))
          .min(1)
          .max(10)
          .refine((all) => all.every((each, i) => i === 0 || each > (all[i - 1] ?? 0)), {
            error: 'should ascend',
          })
          .default([0.1, 0.2, 0.3, 0.4, 0.5])
          .describe(
            'Risks below which drafts might go, tried from the lowest up to the engine’s `riskThreshold`. Fixed before the first audit.',
          ),
        auditShare: z
          .number()
          .min(0.01)
          .max(1)
          .default(0.1)
          .describe('Share of the drafts that could go and that a person looks at all the same.'),
      })
      .optional(),
  }),
  auditShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Share of template messages sent to review at random.'),
  owner: z.string().min(1),
  reviewed,
});
export type Action = z.output<typeof actionSchema>;

/** The prompt that an action names for channels of a kind; undefined where it leaves them to templates. */
export function promptFor({ draft }: Pick<Action, 'draft'>, kind: Channel['kind']): string | undefined {
  return kind === 'email' ? draft.prompt : draft.prompts?.[kind];
}

/** One of several wordings that the model writes of a message. */
export interface AskedVariant {
  readonly label: string;
  /** What is its own, where the playbook says so. */
  readonly brief: string | null;
}

const LABELS = ['a', 'b', 'c', 'd'] as const;

/** The wordings that the model writes of each message of an action; empty where it writes but one. */
export function variantsAsked({ draft: { variants = 1 } }: Pick<Action, 'draft'>): AskedVariant[] {
  if (typeof variants !== 'number') return variants.map((each) => ({ label: each.id, brief: each.brief }));
  return variants === 1 ? [] : LABELS.slice(0, variants).map((label) => ({ label, brief: null }));
}

/** Advice for the decisions of a trigger: what it may move, and what the model may see. */
export const adviceSchema = z.strictObject({
  weight: z
    .number()
    .gt(0)
    .max(0.5)
    .describe(
      'How far advice may move a candidate’s propensity up or down, as a share of it. 0.3: what is suggested first counts 30 % more.',
    ),
  longestWait: duration
    .default('12h')
    .describe('How much later than without it a message may leave because of a suggested time; 0s: never.'),
  prompt: id
    .optional()
    .describe(
      'The prompt’s id under PROMPTS_DIR/advice. Left out: the model is never asked, the person’s own history advises.',
    ),
  allowedFields: z
    .array(holding('fields', z.string()))
    .default([])
    .describe(
      'Profile, signal and context fields the model may see, as vocabulary paths such as `profile.stage`.',
    ),
  activity: z
    .array(eventName)
    .default([])
    .describe(
      'Events that people do at an hour of their own choosing, such as looking at a product: beside clicks, visits and the goals of its actions they tell when somebody is about.',
    ),
});
export type AdviceSettings = z.output<typeof adviceSchema>;

const triggerBase = {
  id,
  title: z.string().min(1),
  actions: z
    .array(actionId)
    .min(1)
    .describe('The actions it puts up for decision; hold always stands beside them.'),
  advice: adviceSchema
    .optional()
    .describe('Whether the language model is asked what it suggests before it is decided.'),
  owner: z.string().min(1),
  reviewed,
};
/** policies/triggers/*.yaml: when to pay attention. */
export const triggerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...triggerBase,
    kind: z.literal('event'),
    event: eventName,
    when: expression.default('true'),
  }),
  z.strictObject({
    ...triggerBase,
    kind: z.literal('count'),
    event: eventName,
    when: expression.default('true'),
    atLeast: z.int().min(1).max(1_000),
    within: duration,
  }),
  /** Fires when the numeric expression goes from below `reaches` to it or above, by one signal. */
  z.strictObject({ ...triggerBase, kind: z.literal('threshold'), value: expression, reaches: z.number() }),
  /** Fires `within` after `event` unless one of `unless` happened in between (same person). */
  z.strictObject({
    ...triggerBase,
    kind: z.literal('inaction'),
    event: eventName,
    when: expression.default('true'),
    unless: z.array(eventName).min(1),
    within: duration,
  }),
  /** Fires when nothing at all was heard of the person for so long. */
  z.strictObject({
    ...triggerBase,
    kind: z.literal('inactivity'),
    for: duration,
    when: expression.default('true'),
  }),
]);
export type Trigger = z.output<typeof triggerSchema>;

/** Where a guardrail applies; an empty list means everywhere. */
export const scopeSchema = z.strictObject({
  actions: z.array(actionId).default([]),
  classes: z.array(messageClass).default([]),
  channels: z.array(channelId).default([]),
  reaches: z.array(reach).default([]).describe('What the channel reaches.'),
  tags: z.array(tag).default([]),
  segments: z
    .array(holding('segments', id))
    .default([])
    .describe('Groups of people; belonging to one of them suffices.'),
  countries: z
    .array(holding('countries', z.string().regex(/^[A-Z]{2}$/, 'write an ISO 3166 code such as "DE"')))
    .default([]),
  exceptActions: z.array(actionId).default([]),
  exceptTags: z.array(tag).default([]),
});
export type Scope = z.output<typeof scopeSchema>;

/** A rolling cap: at most `max` messages in any window of `per`. 0 means never. */
export const capSchema = z.strictObject({
  max: z.int().min(0),
  per: duration.refine((text) => !DURATION_PATTERN.test(text) || durationMs(text) > 0, {
    error: 'should be longer than nothing, or the cap counts nothing',
  }),
  over: z
    .enum(['person', 'everybody'])
    .default('person')
    .describe('Whose messages it counts: one person’s, or those of everybody to whom the rule applies.'),
  of: z
    .enum(['messages', 'cost'])
    .default('messages')
    .describe(
      'What `max` is a number of: messages, or what contacts cost in minor units of the brand’s currency.',
    ),
  channels: z.array(channelId).default([]),
  reaches: z.array(reach).default([]),
  tags: z.array(tag).default([]),
  classes: z.array(messageClass).default([]),
});
export type Cap = z.output<typeof capSchema>;

/** Local hours in which sending is allowed, per weekday (1 = Monday); days left out allow nothing. */
export const hoursSchema = z.strictObject({
  from: hourMinute,
  to: hourMinute,
  days: z.array(z.int().min(1).max(7)).min(1).default([1, 2, 3, 4, 5, 6, 7]),
});
export type Hours = z.output<typeof hoursSchema>;

const guardrailBase = {
  id,
  title: z.string().min(1),
  reason: z.string().min(1),
  scope: scopeSchema.default({
    actions: [],
    classes: [],
    channels: [],
    reaches: [],
    tags: [],
    segments: [],
    countries: [],
    exceptActions: [],
    exceptTags: [],
  }),
  when: expression
    .default('true')
    .describe('Boolean CEL: when it matches. Reading something unknown counts as a match.'),
  severity: z.enum(['low', 'medium', 'high', 'critical']).default('medium'),
  owner: z.string().min(1),
  source: z.string().optional(),
  asOf: isoDate.optional(),
  expires: isoDate.optional(),
  reviewed,
};
/** policies/guardrails/*.yaml: only ever restrictive. */
export const guardrailSchema = z.discriminatedUnion('effect', [
  z.strictObject({ ...guardrailBase, effect: z.literal('suppress') }),
  z.strictObject({ ...guardrailBase, effect: z.literal('handoff'), handTo: z.string().min(1) }),
  /** `tier: 2` asks for two people. */
  z.strictObject({
    ...guardrailBase,
    effect: z.literal('review'),
    tier: z.union([z.literal(1), z.literal(2)]).default(1),
  }),
  z.strictObject({
    ...guardrailBase,
    effect: z.literal('limit'),
    caps: z.array(capSchema).default([]),
    /** One window, or several of which any allows. */
    hours: z
      .union([hoursSchema, z.array(hoursSchema).min(1)])
      .transform((hours) => [hours].flat())
      .optional(),
    notOn: z.array(isoDate).default([]).describe('Local dates on which nothing is sent.'),
    channels: z.array(channelId).optional(),
    requiredText: z.array(z.string().min(1)).default([]),
    forbiddenText: z.array(z.string().min(1)).default([]),
    maxDiscountPercent: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('Largest discount in percent that may leave without review.'),
  }),
]);
export type Guardrail = z.output<typeof guardrailSchema>;

/** A typed slot of a template: where its value comes from, and what it may be. */
const slotSchema = z.strictObject({
  type: z.enum(['text', 'number', 'money', 'date', 'url', 'list']),
  from: expression.describe(
    'CEL over the situation and `facts`; a missing value without `default` makes the template unusable for this person.',
  ),
  default: z.string().optional(),
  maxLength: z.int().min(1).max(2_000).default(200),
});
export type Slot = z.output<typeof slotSchema>;

/** The words of a template. */
const wordingSchema = z.discriminatedUnion('kind', [
  /** Blocks become html and text; Liquid in every text, strict. */
  z.strictObject({
    kind: z.literal('email'),
    subject: z.string().min(1),
    preheader: z.string().default(''),
    blocks: z
      .array(
        z.discriminatedUnion('type', [
          z.strictObject({ type: z.literal('heading'), text: z.string().min(1) }),
          z.strictObject({ type: z.literal('text'), text: z.string().min(1) }),
          z.strictObject({ type: z.literal('button'), text: z.string().min(1), url: z.string().min(1) }),
          z.strictObject({ type: z.literal('list'), items: z.array(z.string().min(1)).min(1) }),
        ]),
      )
      .min(1),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    payload: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
  z.strictObject({
    kind: z.literal('onsite'),
    title: z.string().min(1),
    body: z.string().min(1),
    url: z.string().optional(),
  }),
]);

/** The name of the wording that stands under `content`. */
export const ORIGINAL = 'original';

/** policies/templates/*.yaml: a draft with typed slots, signed once. */
export const templateSchema = z.strictObject({
  id,
  action: actionId,
  channel: channelId,
  locale: z.string().default('en'),
  when: expression
    .default('true')
    .describe('Boolean CEL: for whom; the first template that fits (by `priority`, then id) is used.'),
  priority: z.int().default(0),
  slots: z.record(z.string(), slotSchema).default({}),
  content: wordingSchema,
  variants: z
    .array(
      z.strictObject({
        id: id.refine((name) => name !== ORIGINAL, { error: `"${ORIGINAL}" is what stands under content` }),
        content: wordingSchema,
      }),
    )
    .min(1)
    .max(3)
    .optional()
    .describe(
      'Other wordings to try beside `content`, with the same slots: each message gets one of them, drawn with equal shares.',
    ),
  maxAudience: z
    .int()
    .min(1)
    .max(MOST_PEOPLE, { error: `should be ${MOST_PEOPLE} at most` })
    .describe('Largest number of people who may get it under one signature.'),
  expires: isoDate,
  owner: z.string().min(1),
  reviewed,
});
export type Template = z.output<typeof templateSchema>;

/** Every wording of a template by name, the original first. */
export function wordingsOf({ content, variants }: Pick<Template, 'content' | 'variants'>): {
  readonly id: string;
  readonly content: Template['content'];
}[] {
  return [{ id: ORIGINAL, content }, ...(variants ?? [])];
}

/** Message ids are known again for 30 days, and messages are looked at again for weeks: nothing they need may age out before. */
const SHORTEST_RETENTION = '35d';
const retention = duration
  .refine((text) => !DURATION_PATTERN.test(text) || durationMs(text) >= durationMs(SHORTEST_RETENTION), {
    error: `should be ${SHORTEST_RETENTION} at least`,
  })
  .default('400d');

/** What is looked after while the playbook is in force. */
const healthSchema = z.strictObject({
  /** An item that nobody changed or read through for so long is due to be. */
  reviewEvery: duration.default('180d'),
  /** Who sees to what has no owner of its own, such as a fact or how much is held; left out: nobody. */
  owner: z.string().min(1).optional(),
  /** Whether links in templates and facts are followed, to see that they still lead somewhere: requests to other hosts. Left out they are not, and that is told of. */
  checkLinks: z.boolean().optional(),
  /** Private or loopback hosts that links may lead to all the same. */
  allowHosts: z.array(z.string().min(1)).default([]),
});

/** policies/engine.yaml: how decisions are made and who looks at what. */
export const engineSchema = z.strictObject({
  exploration: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe(
      'Share of decisions that pick among eligible candidates at random, so that later learning has something to compare.',
    ),
  lateAfter: duration
    .default('1h')
    .describe('Signals older than this when they arrive update the profile and fire nothing.'),
  riskThreshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Risk at or above this goes to a person even when it comes from a signed template. 0 to 1.'),
  secondPersonFrom: z
    .number()
    .min(0)
    .max(1)
    .default(0.85)
    .describe('Risk at or above this needs two people.'),
  waitingCost: waitingCost
    .optional()
    .describe(
      'What a day of waiting for a better hour loses, as a share of a message’s worth. Left out: 0.1.',
    ),
  reviewTime: reviewTime
    .optional()
    .describe(
      'How long it takes, from the decision on, until a person has signed what needs a signature. Left out: no time is left for it.',
    ),
  reviewExpiresAfter: duration.default('48h'),
  claimLease: duration.default('10m'),
  reviewDiscountPercent: z
    .number()
    .min(0)
    .max(100)
    .default(25)
    .describe('Discounts above this share need a person, in percent.'),
  reviewAudience: z
    .int()
    .min(1)
    .default(5_000)
    .describe('The same template to more people than this within 24 hours needs a person.'),
  /** Price per million tokens, minor units of the brand's currency. */
  modelPrices: z
    .record(z.string(), z.strictObject({ input: z.number().min(0), output: z.number().min(0) }))
    .default({}),
  modelConcurrency: z
    .int()
    .min(1)
    .max(500)
    .default(16)
    .describe(
      'Requests that may be open at the model at once, over all processes; as many more for embeddings.',
    ),
  modelTokensPerDay: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Tokens the model may take in a day (UTC), over all processes; beyond, drafts fall back as if it were gone.',
    ),
  handoffOwner: z.string().min(1),
  retention: z
    .strictObject({ signals: retention, situations: retention, drafts: retention })
    .prefault({})
    .describe('How long what is no longer needed is kept; it goes month by month, so up to a month later.'),
  health: healthSchema.prefault({}),
  /** How many people besides its author have to agree to a change, by the severity of what it changes. */
  approvals: z
    .strictObject({
      low: z.int().min(1).max(5).default(1),
      medium: z.int().min(1).max(5).default(1),
      high: z.int().min(1).max(5).default(1),
      critical: z.int().min(1).max(5).default(2),
    })
    .default({ low: 1, medium: 1, high: 1, critical: 2 }),
});
export type EngineSettings = z.output<typeof engineSchema>;

/** What questions to a model may take, as whoever asks it is told: see `LlmGateway`. */
export function modelTerms({ modelPrices, modelConcurrency, modelTokensPerDay }: EngineSettings): {
  readonly prices: EngineSettings['modelPrices'];
  readonly concurrency: number;
  readonly tokensPerDay: number | null;
} {
  return { prices: modelPrices, concurrency: modelConcurrency, tokensPerDay: modelTokensPerDay ?? null };
}
