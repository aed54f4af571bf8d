import { z } from 'zod';

/** What a provider reports, in our words. */
export interface ProviderEvent {
  readonly kind: 'delivered' | 'bounced' | 'opened' | 'clicked' | 'unsubscribed' | 'complained';
  /** Our id of the message. */
  readonly messageId: string;
  /** ISO 8601; null when the provider does not say. */
  readonly at: string | null;
  /** bounced: whether the address is gone for good. */
  readonly hard: boolean;
  readonly userAgent: string | null;
  /** The provider's own id of the report; null when it has none. */
  readonly eventId: string | null;
}

export interface ParsedEvents {
  readonly events: readonly ProviderEvent[];
  /** What could not be used, by position. */
  readonly ignored: readonly { readonly index: number; readonly reason: string }[];
}

type Parsed = ProviderEvent | string;

const genericEvent = z.object({
  id: z.string().max(300).optional(),
  type: z.enum(['delivered', 'bounced', 'opened', 'clicked', 'unsubscribed', 'complained']),
  messageId: z.string().max(500),
  at: z.iso.datetime({ offset: true }).optional(),
  bounce: z.enum(['hard', 'soft']).default('hard'),
  userAgent: z.string().max(1_000).optional(),
});

/** Our message id in a Message-ID header or a plain id; null when there is none. */
export function ownMessageId(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  return /(?:^|<)(msg_[0-9a-z]{26})(?:@|$)/.exec(text.trim())?.[1] ?? null;
}

const isoOf = (time: unknown): string | null => {
  const ms = typeof time === 'number' ? time * 1_000 : typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(ms) || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
};

function readGeneric(item: unknown): Parsed {
  const parsed = genericEvent.safeParse(item);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`.trim();
  }
  const { data } = parsed;
  const messageId = ownMessageId(data.messageId);
  if (messageId === null) return 'messageId is not one of ours';
  return {
    kind: data.type,
    messageId,
    at: data.at === undefined ? null : isoOf(data.at),
    hard: data.type === 'bounced' && data.bounce === 'hard',
    userAgent: data.userAgent ?? null,
    eventId: data.id ?? null,
  };
}

const postmarkEvent = z.object({
  RecordType: z.string(),
  MessageID: z.string().optional(),
  Metadata: z.record(z.string(), z.unknown()).optional(),
  Type: z.string().optional(),
  TypeCode: z.number().optional(),
  ID: z.union([z.number(), z.string()]).optional(),
  UserAgent: z.string().optional(),
  SuppressSending: z.boolean().optional(),
  DeliveredAt: z.string().optional(),
  BouncedAt: z.string().optional(),
  ReceivedAt: z.string().optional(),
  ChangedAt: z.string().optional(),
});
const POSTMARK_KINDS: Readonly<Record<string, ProviderEvent['kind']>> = {
  Delivery: 'delivered',
  Bounce: 'bounced',
  Open: 'opened',
  Click: 'clicked',
  SubscriptionChange: 'unsubscribed',
  SpamComplaint: 'complained',
};

function readPostmark(item: unknown): Parsed {
  const parsed = postmarkEvent.safeParse(item);
  if (!parsed.success) return 'is not a Postmark report';
  const { data } = parsed;
  const kind = POSTMARK_KINDS[data.RecordType];
  if (kind === undefined) return `${data.RecordType} is not used`;
  if (kind === 'unsubscribed' && data.SuppressSending === false) return 'a resubscription is not used';
  const messageId = ownMessageId(data.Metadata?.['message-id']) ?? ownMessageId(data.MessageID);
  if (messageId === null) return 'names no message of ours';
  return {
    kind,
    messageId,
    at: isoOf(data.DeliveredAt ?? data.BouncedAt ?? data.ReceivedAt ?? data.ChangedAt),
    hard: kind === 'bounced' && (data.Type === 'HardBounce' || data.Type === 'BadEmailAddress'),
    userAgent: data.UserAgent ?? null,
    eventId: data.ID === undefined ? null : String(data.ID),
  };
}

const sendgridEvent = z.object({
  event: z.string(),
  'smtp-id': z.string().optional(),
  message_id: z.string().optional(),
  timestamp: z.number().optional(),
  type: z.string().optional(),
  useragent: z.string().optional(),
  sg_event_id: z.string().optional(),
});
const SENDGRID_KINDS: Readonly<Record<string, ProviderEvent['kind']>> = {
  delivered: 'delivered',
  bounce: 'bounced',
  open: 'opened',
  click: 'clicked',
  unsubscribe: 'unsubscribed',
  group_unsubscribe: 'unsubscribed',
  spamreport: 'complained',
};

function readSendgrid(item: unknown): Parsed {
  const parsed = sendgridEvent.safeParse(item);
  if (!parsed.success) return 'is not a SendGrid event';
  const { data } = parsed;
  const kind = SENDGRID_KINDS[data.event];
  if (kind === undefined) return `${data.event} is not used`;
  const messageId = ownMessageId(data.message_id) ?? ownMessageId(data['smtp-id']);
  if (messageId === null) return 'names no message of ours';
  return {
    kind,
    messageId,
    at: isoOf(data.timestamp),
    hard: kind === 'bounced' && data.type !== 'blocked',
    userAgent: data.useragent ?? null,
    eventId: data.sg_event_id ?? null,
  };
}

const sesNotification = z.object({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  mail: z.object({
    commonHeaders: z.object({ messageId: z.string().optional() }).optional(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  }),
  bounce: z
    .object({ bounceType: z.string(), timestamp: z.string().optional(), feedbackId: z.string().optional() })
    .optional(),
  complaint: z.object({ timestamp: z.string().optional(), feedbackId: z.string().optional() }).optional(),
  delivery: z.object({ timestamp: z.string().optional() }).optional(),
  open: z.object({ timestamp: z.string().optional(), userAgent: z.string().optional() }).optional(),
  click: z.object({ timestamp: z.string().optional(), userAgent: z.string().optional() }).optional(),
});
const SES_KINDS: Readonly<Record<string, ProviderEvent['kind']>> = {
  Delivery: 'delivered',
  Bounce: 'bounced',
  Open: 'opened',
  Click: 'clicked',
  Complaint: 'complained',
};

/** Amazon SES wraps its notification as text in one of SNS. */
function unwrapSns(item: unknown): unknown {
  const wrapped = z.object({ Type: z.literal('Notification'), Message: z.string() }).safeParse(item);
  if (!wrapped.success) return item;
  try {
    return JSON.parse(wrapped.data.Message);
  } catch {
    return null; // Not SES then: said so below.
  }
}

function readSes(item: unknown): Parsed {
  const parsed = sesNotification.safeParse(unwrapSns(item));
  if (!parsed.success) return 'is not an SES notification';
  const { data } = parsed;
  const type = data.notificationType ?? data.eventType ?? '';
  const kind = SES_KINDS[type];
  if (kind === undefined) return `${type} is not used`;
  const header = data.mail.headers?.find(({ name }) => name.toLowerCase() === 'message-id')?.value;
  const messageId = ownMessageId(data.mail.commonHeaders?.messageId) ?? ownMessageId(header);
  if (messageId === null) return 'names no message of ours';
  const part = data.bounce ?? data.complaint ?? data.delivery ?? data.open ?? data.click;
  return {
    kind,
    messageId,
    at: isoOf(part?.timestamp),
    hard: kind === 'bounced' && data.bounce?.bounceType === 'Permanent',
    userAgent: data.open?.userAgent ?? data.click?.userAgent ?? null,
    eventId: data.bounce?.feedbackId ?? data.complaint?.feedbackId ?? null,
  };
}

const READERS: Readonly<Record<string, (item: unknown) => Parsed>> = {
  postmark: readPostmark,
  sendgrid: readSendgrid,
  ses: readSes,
};

const isGenericList = (body: unknown): body is { events: unknown[] } =>
  typeof body === 'object' && body !== null && 'events' in body && Array.isArray(body.events);

/**
 * Reads what a provider sent: `postmark`, `sendgrid` and `ses` in their own shapes, every other name in ours: one event or `{ events: [event] }`
 * (or a list), each `{ type, messageId, at?, bounce?, userAgent?, id? }` with our message id or the mail's Message-ID.
 */
export function readProviderEvents(provider: string, body: unknown): ParsedEvents {
  const read = READERS[provider] ?? readGeneric;
  const items: unknown[] = Array.isArray(body) ? body : isGenericList(body) ? body.events : [body];
  const events: ProviderEvent[] = [];
  const ignored: { index: number; reason: string }[] = [];
  items.forEach((item, index) => {
    const parsed = read(item);
    if (typeof parsed === 'string') ignored.push({ index, reason: parsed });
    else events.push(parsed);
  });
  return { events, ignored };
}
