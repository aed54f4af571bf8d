import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';
import { candidateSchema, decisionOutcome } from './decision.js';

const identity = z.string().min(1).max(1_000);

/** Body of POST /v1/decisions. */
export const decisionRequest = z
  .strictObject({
    userId: identity.optional(),
    anonymousId: identity.optional(),
    actions: z.array(z.string().min(1).max(200)).min(1).max(200).optional(),
    context: z.record(z.string(), z.json()).optional(),
    mode: z.enum(['decide', 'execute']).default('decide'),
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((body) => (body.userId === undefined) !== (body.anonymousId === undefined), {
    path: ['userId'],
    error: 'give either userId or anonymousId',
  })
  .refine((body) => body.at === undefined || body.mode === 'decide', {
    path: ['at'],
    error: 'is for mode "decide" only: what is executed is executed now',
  })
  .meta({ id: 'DecisionRequest' });
export type DecisionRequestBody = z.output<typeof decisionRequest>;

/** Query of GET /v1/decisions. */
export const decisionsQuery = pageQuery.extend({
  userId: identity.optional(),
  outcome: decisionOutcome.optional(),
  action: z.string().min(1).max(200).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
});
export type DecisionsQuery = z.output<typeof decisionsQuery>;

/** A decision as it is answered. */
export const decisionAnswer = z
  .object({
    id: z.string(),
    userId: z.string().nullable(),
    mode: z.enum(['decide', 'execute']),
    outcome: decisionOutcome,
    action: z.string(),
    channel: z.string().nullable(),
    sendAt: z.string().nullable(),
    expiresAt: z.string().nullable(),
    reasons: z.array(z.object({ code: z.string(), text: z.string() })),
    candidates: z.array(candidateSchema),
    /** Rules that were not asked about a candidate because their own scope exempts it. */
    exemptions: z.array(
      z.object({ action: z.string(), channel: z.string(), guardrail: z.string(), because: z.string() }),
    ),
    probability: z.number(),
    flip: z.array(z.object({ change: z.string(), becomes: z.string() })),
    bundle: z.string(),
    models: z.record(z.string(), z.string()),
    engine: z.string(),
    seed: z.string(),
    trigger: z.string().nullable(),
    messageId: z.string().nullable(),
    content: z.record(z.string(), z.unknown()).optional(),
    createdAt: z.string(),
  })
  .meta({ id: 'Decision' });
export const decisionsPage = z
  .object({ data: z.array(decisionAnswer), nextCursor: z.string().nullable() })
  .meta({ id: 'DecisionPage' });

/** Query of GET /v1/tasks. */
export const tasksQuery = pageQuery.extend({
  state: z.enum(['open', 'closed']).optional(),
  owner: z.string().min(1).max(200).optional(),
});
export type TasksQuery = z.output<typeof tasksQuery>;

/** Body of POST /v1/tasks/:id/close. */
export const taskClosing = z
  .strictObject({
    outcome: z.string().min(1).max(200),
    note: z.string().max(10_000).optional(),
  })
  .meta({ id: 'TaskClosing' });
export type TaskClosing = z.output<typeof taskClosing>;

/** A task as it is answered. */
export const taskAnswer = z
  .object({
    id: z.string(),
    userId: z.string().nullable(),
    state: z.enum(['open', 'closed']),
    owner: z.string(),
    reason: z.object({ code: z.string(), text: z.string() }),
    decisionId: z.string().nullable(),
    messageId: z.string().nullable(),
    dueAt: z.string().nullable(),
    createdAt: z.string(),
    closedAt: z.string().nullable(),
    closedBy: z.string().nullable(),
    outcome: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'Task' });
export type TaskAnswer = z.output<typeof taskAnswer>;
export const tasksPage = z
  .object({ data: z.array(taskAnswer), nextCursor: z.string().nullable() })
  .meta({ id: 'TaskPage' });

/** What both lists go on behind: the time a row was made and its id. */
export const createdCursor = z.tuple([z.iso.datetime(), z.string()]);
