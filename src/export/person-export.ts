import { z } from 'zod';

/** Raised when a member changes its meaning or goes; members may join without. */
export const EXPORT_FORMAT = 'countersign.person-export/1';

const time = z.iso.datetime({ offset: true });
const json = z.json();
/** Who did something: nobody's name, since a colleague's data is not the person's. */
const who = z.enum(['person', 'token', 'system']);
const reason = z.strictObject({ code: z.string(), text: z.string() });

const consent = z.strictObject({
  channel: z.string(),
  topic: z.string(),
  state: z.string(),
  source: z.string(),
  at: time,
  /** When Countersign took it in. */
  recordedAt: time,
});

const signal = z.strictObject({
  id: z.string(),
  receivedAt: time,
  /** What was kept, as it was kept. */
  record: json,
});

const firing = z.strictObject({
  trigger: z.string(),
  at: time,
  occasion: z.string(),
  evidence: json,
  /** It came to nothing, since too much had been fired for this person or address. */
  capped: z.boolean(),
});

const timer = z.strictObject({ trigger: z.string(), occasion: z.string(), since: time, dueAt: time });
const hit = z.strictObject({ trigger: z.string(), signalId: z.string(), at: time });

const decision = z.strictObject({
  id: z.string(),
  at: time,
  mode: z.enum(['decide', 'execute']),
  trigger: z.string().nullable(),
  messageId: z.string().nullable(),
  bundle: z.string(),
  engine: z.string(),
  models: json,
  seed: z.string(),
  /** Outcome, reasons, candidates and what the guardrails said of each. */
  result: json,
  /** Everything it rested on, advice of the model included; null once it has aged out. */
  situation: json.nullable(),
});

const draft = z.strictObject({
  id: z.string(),
  number: z.int(),
  at: time,
  origin: z.enum(['template', 'model', 'person']),
  template: z.string().nullable(),
  prompt: z.strictObject({ id: z.string(), version: z.string(), model: z.string() }).nullable(),
  fallbackReason: z.string().nullable(),
  /** Null once it has aged out. */
  content: json.nullable(),
  /** What the model was told, masked as it was sent; null when no model wrote it, or once it has aged out. */
  sentToModel: json.nullable(),
});

const assessment = z.strictObject({
  draftId: z.string(),
  at: time,
  score: z.number(),
  tier: z.int(),
  engine: z.string(),
  /** What contributed, and each claim with the fact behind it. */
  detail: json,
});

const review = z.strictObject({
  id: z.string(),
  state: z.string(),
  tier: z.int(),
  why: json,
  risk: z.number(),
  createdAt: time,
  closedAt: time.nullable(),
  verdicts: z.array(
    z.strictObject({
      verdict: z.string(),
      at: time,
      reasons: z.array(z.string()),
      /** What was written down about this person. */
      note: json.nullable(),
    }),
  ),
});

const message = z.strictObject({
  id: z.string(),
  decisionId: z.string(),
  action: z.string(),
  channel: z.string(),
  class: z.enum(['marketing', 'transactional']),
  topic: z.string(),
  tags: z.array(z.string()),
  offer: z.string().nullable(),
  state: z.string(),
  createdAt: time,
  sendAt: time,
  sentAt: time.nullable(),
  deliveredAt: time.nullable(),
  approval: z
    .strictObject({ kind: z.enum(['person', 'template', 'threshold']), at: time.nullable() })
    .nullable(),
  provider: z.string().nullable(),
  /** Null before it was drafted. */
  content: json.nullable(),
  /** The mail as it left, where it left into the local outbox. */
  outbox: z.strictObject({ at: time, wire: json }).nullable(),
  /** What is kept of it as an example for later drafts, without what names the person. */
  example: z.strictObject({ approvedAt: time, words: json }).nullable(),
  steps: z.array(z.strictObject({ at: time, from: z.string().nullable(), to: z.string(), by: who, reason })),
  drafts: z.array(draft),
  assessments: z.array(assessment),
  reviews: z.array(review),
  /** Delivered, opened, clicked and so on, with whether it counts. */
  outcomes: z.array(
    z.strictObject({
      kind: z.string(),
      at: time,
      counted: z.boolean(),
      whyNotCounted: z.string().nullable(),
      detail: json,
    }),
  ),
  /** Links made for this person; a click's says which of the content's links it leads to. */
  links: z.array(z.strictObject({ kind: z.string(), link: z.int().nullable(), createdAt: time })),
});

const task = z.strictObject({
  id: z.string(),
  state: z.enum(['open', 'closed']),
  reason,
  decisionId: z.string().nullable(),
  messageId: z.string().nullable(),
  dueAt: time.nullable(),
  createdAt: time,
  closedAt: time.nullable(),
  outcome: z.string().nullable(),
  note: json.nullable(),
});

const auditEntry = z.strictObject({
  at: time,
  by: who,
  action: z.string(),
  subject: z.string(),
  detail: json,
  personal: json.nullable(),
});

/** Everything stored about one person. Lists are in the order in which things happened. */
export const personExportSchema = z
  .strictObject({
    format: z.literal(EXPORT_FORMAT),
    exportedAt: time,
    userId: z.string(),
    /** As `GET /v1/profiles/:userId` answers. */
    profile: json,
    /** What the profile is derived from: the time of each trait, what devices told, addresses withheld, and what was counted. */
    derivedFrom: z.strictObject({ traitTimes: json, context: json, withheld: json, events: json }),
    /** Every id the person was met under; the ids themselves stand in the profile. */
    identities: z.array(z.strictObject({ kind: z.string(), firstSeenAt: time })),
    /** Every statement, those that changed nothing included. */
    consentHistory: z.array(consent),
    signals: z.array(signal),
    firings: z.array(firing),
    /** What is waited for. */
    timers: z.array(timer),
    /** What counts towards a trigger. */
    hits: z.array(hit),
    decisions: z.array(decision),
    messages: z.array(message),
    /** Signed templates of which this person is among the readers. */
    templates: z.array(z.strictObject({ template: z.string(), bundle: z.string() })),
    tasks: z.array(task),
    audit: z.array(auditEntry),
  })
  .meta({ id: 'PersonExport' });
export type PersonExport = z.output<typeof personExportSchema>;

type Item<Section extends keyof PersonExport> = PersonExport[Section] extends readonly (infer One)[]
  ? One
  : never;
export type ExportedConsent = Item<'consentHistory'>;
export type ExportedSignal = Item<'signals'>;
export type ExportedFiring = Item<'firings'>;
export type ExportedDecision = Item<'decisions'>;
export type ExportedMessage = Item<'messages'>;
export type ExportedTask = Item<'tasks'>;
export type ExportedAudit = Item<'audit'>;

/** What somebody is in an export, from how an entry names them: see `actorId`. */
export function whoIs(actor: string): z.output<typeof who> {
  if (actor.startsWith('token:')) return 'token';
  return actor.startsWith('usr_') || actor.startsWith('per_') ? 'person' : 'system';
}
