import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';
import { messageContentSchema } from './content.js';
import { MESSAGE_STATES } from './message.js';
import { modelUseSchema } from './model-use.js';

/** Query of GET /v1/messages. */
export const messagesQuery = pageQuery.extend({
  userId: z.string().min(1).max(1_000).optional(),
  state: z.enum(MESSAGE_STATES).optional(),
});
export type MessagesQuery = z.output<typeof messagesQuery>;

/** Body of POST /v1/messages/:id/cancel; may be left out. */
export const messageCancelling = z
  .strictObject({ reason: z.string().min(1).max(1_000).optional() })
  .nullish()
  .meta({ id: 'MessageCancelling' });
export type MessageCancelling = z.output<typeof messageCancelling>;

const approvalAnswer = z.object({
  kind: z.enum(['person', 'template', 'threshold']),
  /** The people who answer for it. */
  by: z.array(z.object({ personId: z.string(), name: z.string().nullable(), at: z.string().nullable() })),
  at: z.string().nullable(),
  expiresAt: z.string().nullable(),
});

/** A message as it is answered. */
export const messageAnswer = z
  .object({
    id: z.string(),
    userId: z.string().nullable(),
    decisionId: z.string(),
    action: z.string(),
    channel: z.string(),
    class: z.enum(['marketing', 'transactional']),
    topic: z.string(),
    tags: z.array(z.string()),
    offer: z.string().nullable(),
    state: z.enum(MESSAGE_STATES),
    sendAt: z.string(),
    expiresAt: z.string(),
    createdAt: z.string(),
    sentAt: z.string().nullable(),
    templateId: z.string().nullable(),
    contentHash: z.string().nullable(),
    approval: approvalAnswer.nullable(),
    /** Null where no model was asked. */
    modelUse: modelUseSchema.nullable(),
    steps: z.array(
      z.object({
        at: z.string(),
        from: z.enum(MESSAGE_STATES).nullable(),
        to: z.enum(MESSAGE_STATES),
        actor: z.string(),
        reason: z.object({ code: z.string(), text: z.string() }),
      }),
    ),
    /** One message only: what is (to be) signed, once it is written. */
    content: messageContentSchema.nullable().optional(),
  })
  .meta({ id: 'Message' });
export type MessageAnswer = z.output<typeof messageAnswer>;
export const messagesPage = z
  .object({ data: z.array(messageAnswer), nextCursor: z.string().nullable() })
  .meta({ id: 'MessagePage' });

/** What the list goes on behind: the time a message was made and its id. */
export const createdCursor = z.tuple([z.iso.datetime(), z.string()]);

/** The part of a stored approval that is shown; review owns the rest. */
export const shownApproval = z.object({
  payload: z.object({
    by: z.array(z.object({ personId: z.string(), name: z.string(), at: z.string() })),
    at: z.string(),
    expiresAt: z.string(),
  }),
});
