import { Injectable } from '@nestjs/common';
import { profileFamily } from '../decisions/index.js';
import { Database, type Executor } from '../platform/database/index.js';
import { decodeCursor, type Page, page, Problem } from '../platform/http/index.js';
import { erasedIsNull, Vault } from '../platform/vault/index.js';
import { PoliciesService } from '../policies/index.js';
import { ProfilesService } from '../profiles/index.js';
import { messageContentSchema } from './content.js';
import { type Message, type MessageStep } from './message.js';
import { createdCursor, type MessageAnswer, type MessagesQuery, shownApproval } from './messages.dto.js';
import { type ModelUse } from './model-use.js';
import { type AnswerTaken, selectAnswersTaken } from './model-use.read-model.js';
import {
  type SealedMessage,
  selectMessage,
  selectMessages,
  selectSealed,
  selectSteps,
} from './messages.repository.js';

/** Messages as they are answered: with their steps, and with who approved them. */
@Injectable()
export class MessageViews {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly profiles: ProfilesService,
    private readonly policies: PoliciesService,
  ) {}

  /** @throws Problem 404 */
  async get(id: string): Promise<MessageAnswer> {
    const { db } = this.database;
    const message = await selectMessage(db, id);
    if (message === null) throw new Problem(404, 'no-such-message', `There is no message ${id}.`);
    const [answer] = await this.answers(db, [message]);
    if (answer === undefined) throw new Error(`message ${id} cannot be shown`);
    const sealed = (await selectSealed(db, [id])).get(id);
    const content = sealed === undefined ? null : await this.open(db, sealed.keyId, sealed.content);
    return { ...answer, content: content === null ? null : messageContentSchema.parse(content) };
  }

  /** Newest first; of a person nobody knows there are none. */
  async list(query: MessagesQuery): Promise<Page<MessageAnswer>> {
    const { db } = this.database;
    const after = decodeCursor(query.cursor, createdCursor);
    const rows = await selectMessages(db, {
      profileIds: query.userId === undefined ? null : await this.familyOf(db, query.userId),
      state: query.state ?? null,
      after: after === null ? null : { at: after[0], id: after[1] },
      limit: query.limit,
    });
    const { data, nextCursor } = page(rows, query.limit, (row) => [row.createdAt, row.id]);
    return { data: await this.answers(db, data), nextCursor };
  }

  /** What the model took for some messages, by id; those that none was asked for are missing. */
  async modelUse(db: Executor, messageIds: readonly string[]): Promise<Map<string, ModelUse>> {
    const byMessage = new Map<string, AnswerTaken[]>();
    for (const taken of await selectAnswersTaken(db, messageIds))
      byMessage.set(taken.message_id, [...(byMessage.get(taken.message_id) ?? []), taken]);
    const found = new Map<string, ModelUse>();
    for (const [id, taken] of byMessage) {
      const bundle = await this.policies.bundleIfUsable(taken[0]?.bundle_hash ?? '');
      found.set(id, toModelUse(taken, bundle?.brand.currency ?? null));
    }
    return found;
  }

  private async familyOf(db: Executor, userId: string): Promise<string[]> {
    const id = await this.profiles.findByUserId(db, userId);
    return id === null ? [] : profileFamily(db, id);
  }

  private async answers(db: Executor, messages: readonly Message[]): Promise<MessageAnswer[]> {
    const ids = messages.map(({ id }) => id);
    const steps = await selectSteps(db, ids);
    const sealed = await selectSealed(db, ids);
    const modelUse = await this.modelUse(db, ids);
    const userIds = new Map<string, string | null>();
    const answers: MessageAnswer[] = [];
    for (const message of messages) {
      const { profileId, tags, ...rest } = message;
      if (!userIds.has(profileId)) userIds.set(profileId, await this.userIdOf(db, profileId));
      answers.push({
        ...rest,
        tags: [...tags],
        userId: userIds.get(profileId) ?? null,
        approval: await this.approvalOf(db, sealed.get(message.id)),
        modelUse: modelUse.get(message.id) ?? null,
        steps: (steps.get(message.id) ?? []).map(toStepAnswer),
      });
    }
    return answers;
  }

  private async approvalOf(
    db: Executor,
    sealed: SealedMessage | undefined,
  ): Promise<MessageAnswer['approval']> {
    if (sealed?.approvalKind == null) return null;
    const opened = shownApproval.safeParse(await this.open(db, sealed.keyId, sealed.approval));
    if (opened.success) return { kind: sealed.approvalKind, ...opened.data.payload };
    // The person was erased: who approved still stands on the row.
    const by = sealed.approvedBy === null ? [] : [{ personId: sealed.approvedBy, name: null, at: null }];
    return { kind: sealed.approvalKind, by, at: null, expiresAt: null };
  }

  /** What was sealed; null when there is nothing or the person was erased. */
  private async open(db: Executor, keyId: string, sealed: Uint8Array | null): Promise<unknown> {
    if (sealed === null) return null;
    const key = (await this.vault.keys(db, [keyId])).get(keyId);
    return key === undefined ? null : (JSON.parse(this.vault.unsealText(key, sealed)) as unknown);
  }

  /** Null for somebody anonymous or erased. */
  private async userIdOf(db: Executor, profileId: string): Promise<string | null> {
    return (await this.profiles.load(db, profileId).catch(erasedIsNull))?.userId ?? null;
  }
}

function toModelUse(taken: readonly AnswerTaken[], currency: string | null): ModelUse {
  const sum = (of: (each: AnswerTaken) => number): number => taken.reduce((all, each) => all + of(each), 0);
  return {
    tokensIn: sum((each) => each.tokens_in),
    tokensOut: sum((each) => each.tokens_out),
    costMicros: sum((each) => each.cost_micros),
    currency,
    answers: taken.map((each) => ({
      at: each.at.toISOString(),
      model: each.model,
      outcome: each.outcome,
      tokensIn: each.tokens_in,
      tokensOut: each.tokens_out,
      costMicros: each.cost_micros,
      latencyMs: each.latency_ms,
    })),
  };
}

function toStepAnswer({
  at,
  from,
  to,
  actor,
  reasonCode,
  reason,
}: MessageStep): MessageAnswer['steps'][number] {
  return { at, from, to, actor, reason: { code: reasonCode, text: reason } };
}
