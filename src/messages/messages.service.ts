import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AuditService } from '../audit/index.js';
import { type Decision, deletePlaces, profileFamily, type Situation } from '../decisions/index.js';
import { Database, type Executor, type Tx } from '../platform/database/index.js';
import { currentTrace, isRecording, Metrics, type Trace } from '../platform/telemetry/index.js';
import { Problem } from '../platform/http/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { ErasedError, Vault } from '../platform/vault/index.js';
import { WorkService } from '../platform/work/index.js';
import { type Bundle } from '../policies/bundle.js';
import { addressOn } from '../profiles/consent.js';
import { Clock } from '../shared/clock.js';
import { contentHash } from '../shared/hash.js';
import { addressHash, addressSpace } from '../shared/identity.js';
import { claimSchema, type MessageContent, messageContentSchema } from './content.js';
import { selectJudgement, selectVersionsAt } from './judged-words.read-model.js';
import { canMove, type Message, type MessageState, type MessageStep } from './message.js';
import {
  type Departure,
  insertMessage,
  lockMessage,
  selectAddressHash,
  selectDeparture,
  selectMessage,
  selectOpen,
  selectSealed,
  selectSteps,
  selectTrace,
  updateApproval,
  updateContent,
  updateDeparture,
  updateState,
} from './messages.repository.js';
import { type Grounds, leavesWithinOf } from './second-look.js';

/** Content may be written only before it was signed. */
const WRITABLE: readonly MessageState[] = ['drafting', 'assessed', 'in_review'];
/** Ends that come over a message while people look at it: whoever shows it to them is told. */
const WITHDRAWN: readonly MessageState[] = ['suppressed', 'expired', 'cancelled', 'failed'];
/** Ends of a message that has not left: its place in the caps over everybody is free again. */
const GIVEN_BACK: readonly MessageState[] = [...WITHDRAWN, 'rejected'];
const LEFT: readonly MessageState[] = ['sent', 'delivered'];

/** Why a message takes a step. `actor` is a person's id, `system` or `token:<id>`. */
export interface StepReason {
  readonly actor: string;
  readonly code: string;
  readonly text: string;
  /** A new time to send at. */
  readonly sendAt?: Date;
}

/** A step that the state machine does not have: somebody else was there first, or the caller is wrong. */
export class IllegalStep extends Error {
  override readonly name = 'IllegalStep';
  constructor(
    readonly messageId: string,
    readonly from: MessageState,
    readonly to: MessageState,
  ) {
    super(`message ${messageId} cannot go from ${from} to ${to}`);
  }
}

/** What is read here of a judgement: what each statement rests on. */
const judgedSchema = z.object({ claims: z.array(claimSchema) });

/** Messages: one row from decision to end, its content and approval sealed, every step kept. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly secrets: Secrets,
    private readonly work: WorkService,
    private readonly audit: AuditService,
    private readonly metrics: Metrics,
    private readonly database: Database,
  ) {}

  /**
   * Opens the message that a decision to act names: it holds its place in the caps from here on. Call it under the person's lock.
   * @throws Error when the decision is not to act, ErasedError.
   */
  async open(tx: Tx, decision: Decision, situation: Situation, bundle: Bundle): Promise<Message> {
    const { result } = decision;
    const action = bundle.actions.get(result.action)?.spec;
    const channel = result.channel === null ? undefined : bundle.channels.get(result.channel);
    if (
      result.outcome !== 'act' ||
      decision.messageId === null ||
      action === undefined ||
      channel === undefined ||
      result.sendAt === null ||
      result.expiresAt === null
    ) {
      throw new Error(`decision ${decision.id} opens no message: it is to ${result.outcome}`);
    }
    const message: Message = {
      id: decision.messageId,
      profileId: decision.profileId,
      decisionId: decision.id,
      action: action.id,
      channel: channel.id,
      class: action.class,
      tags: action.tags,
      topic: action.topic,
      offer: result.offer,
      state: 'drafting',
      sendAt: result.sendAt,
      expiresAt: result.expiresAt,
      createdAt: decision.createdAt,
      sentAt: null,
      templateId: null,
      contentHash: null,
    };
    const address = addressOn(channel, situation.profile.addresses);
    if (!(await this.vault.heldKeys(tx, [decision.profileId])).has(decision.profileId))
      throw new ErasedError(`the key of ${decision.profileId} was erased`);
    const opened = {
      at: decision.createdAt,
      actor: 'system',
      reasonCode: 'decided',
      reason: result.reasons[0]?.text ?? 'It was decided to act.',
    };
    await insertMessage(tx, {
      message,
      opened,
      addressHash:
        address === null ? null : addressHash(this.secrets.lookup('address'), addressSpace(channel), address),
      keyId: decision.profileId,
      trace: currentTrace(),
    });
    this.counted('drafting', message.channel);
    await this.work.enqueue(tx, { kind: 'message.opened', key: message.id, dueAt: this.clock.now() });
    return message;
  }

  /** The message, locked until the transaction ends. @throws Error when there is none. */
  async lock(tx: Tx, id: string): Promise<Message> {
    const message = await lockMessage(tx, id);
    if (message === null) throw new Error(`there is no message ${id}`);
    return message;
  }

  get(db: Executor, id: string): Promise<Message | null> {
    return selectMessage(db, id);
  }

  /** Takes one step. @throws IllegalStep when the state machine has no such step. */
  async move(tx: Tx, id: string, to: MessageState, why: StepReason): Promise<Message> {
    const before = await this.lock(tx, id);
    if (!canMove(before.state, to)) throw new IllegalStep(id, before.state, to);
    const at = this.clock.now();
    const after = await updateState(tx, id, {
      from: before.state,
      to,
      at,
      sendAt: why.sendAt ?? null,
      actor: why.actor,
      reasonCode: why.code,
      reason: why.text,
    });
    this.counted(to, before.channel);
    if (!LEFT.includes(before.state) && GIVEN_BACK.includes(to)) await deletePlaces(tx, id);
    if (before.state === 'in_review' && WITHDRAWN.includes(to))
      await this.work.enqueue(tx, { kind: 'message.withdrawn', key: id, dueAt: at });
    return after ?? before;
  }

  private counted(to: MessageState, channel: string): void {
    this.database.afterCommit(() => {
      this.metrics.count('countersign_message_steps_total', { to, channel });
    });
  }

  /**
   * Keeps what is to be signed; whatever was signed before no longer counts.
   * @returns the content's hash.
   * @throws Error once the message was approved: signed content never changes.
   */
  async saveContent(
    tx: Tx,
    id: string,
    content: MessageContent,
    templateId: string | null,
    as: 'drafted' | 'edited' = 'drafted',
  ): Promise<string> {
    const message = await this.lock(tx, id);
    if (!WRITABLE.includes(message.state))
      throw new Error(`the content of message ${id} cannot change while it is ${message.state}`);
    const hash = contentHash(content);
    const sealed = await this.vault.sealFor(tx, message.profileId, content);
    const to =
      content.kind === 'email'
        ? addressHash(this.secrets.lookup('address'), content.kind, content.recipient)
        : null;
    // Words that a person changed are no longer the variant's: their outcomes say nothing of it.
    const { template, prompt } = content.versions;
    const variant = as === 'drafted' ? (template?.variant ?? prompt?.variant ?? null) : null;
    await updateContent(tx, id, {
      sealed,
      hash,
      templateId,
      variant,
      addressHash: to,
      at: this.clock.now(),
    });
    return hash;
  }

  /** The name of the mailbox or telephone it goes to, which outlives the person's erasure; null when it goes to none. */
  addressHash(db: Executor, id: string): Promise<string | null> {
    return selectAddressHash(db, id);
  }

  /** Where it was decided, for what happens to it later; null when nobody follows it. */
  async trace(db: Executor, id: string): Promise<Trace | null> {
    return isRecording() ? selectTrace(db, id) : null;
  }

  /** What is (to be) signed; null while there is none. @throws ErasedError */
  async content(db: Executor, id: string): Promise<MessageContent | null> {
    const sealed = (await selectSealed(db, [id])).get(id);
    if (sealed?.content == null) return null;
    return messageContentSchema.parse(JSON.parse(await this.vault.openFor(db, sealed.keyId, sealed.content)));
  }

  /**
   * What a message's words were found to rest on when they were judged last: the facts that filled them and those that bear them out, approved
   * claims among them. Words that a person wrote were judged on the facts as they were then; others were filled before.
   * @param content the words that the message holds.
   * @throws ErasedError
   */
  async groundsOf(db: Executor, id: string, { versions }: MessageContent): Promise<Grounds> {
    const judged = await selectJudgement(db, id);
    if (judged === null) return { facts: versions.facts, judgedAt: null, leavesWithin: null };
    const { assessed_at: at, edited } = judged;
    const opened: unknown = JSON.parse(await this.vault.openFor(db, judged.key_id, judged.contributions));
    // A sum rests on several.
    const sources = judgedSchema
      .parse(opened)
      .claims.flatMap(({ ok, source }) => (ok && source !== null ? source.split(' + ') : []));
    const filled = versions.facts.map((fact) => fact.id);
    const ids = [...new Set([...filled, ...sources])].filter((each) => edited || !filled.includes(each));
    const then = ids.length === 0 ? [] : await selectVersionsAt(db, ids, at);
    return {
      facts: [...new Map([...versions.facts, ...then].map((fact) => [fact.id, fact])).values()],
      judgedAt: at,
      leavesWithin: leavesWithinOf(judged),
    };
  }

  /** The contents of several messages; those of erased people and those without any are missing. */
  async contents(db: Executor, ids: readonly string[]): Promise<Map<string, MessageContent>> {
    const sealed = await selectSealed(db, ids);
    const keys = await this.vault.keys(
      db,
      [...sealed.values()].map(({ keyId }) => keyId),
    );
    return new Map(
      [...sealed].flatMap(([id, { keyId, content }]) => {
        const key = keys.get(keyId);
        if (key === undefined || content === null) return [];
        return [[id, messageContentSchema.parse(JSON.parse(this.vault.unsealText(key, content)))] as const];
      }),
    );
  }

  /** Keeps the approval as review signed it. Only `review` has reason to call this. */
  async saveApproval(
    tx: Tx,
    id: string,
    approval: unknown,
    kind: 'person' | 'template' | 'threshold',
    approvedBy: string,
  ): Promise<void> {
    const message = await this.lock(tx, id);
    const sealed = await this.vault.sealFor(tx, message.profileId, approval);
    await updateApproval(tx, id, { sealed, kind, approvedBy, at: this.clock.now() });
  }

  /** The approval as it was saved, not yet verified; null while there is none. @throws ErasedError */
  async approval(db: Executor, id: string): Promise<unknown> {
    const sealed = (await selectSealed(db, [id])).get(id);
    if (sealed?.approval == null) return null;
    return JSON.parse(await this.vault.openFor(db, sealed.keyId, sealed.approval)) as unknown;
  }

  /**
   * A message of unknown fate left after all, as somebody or its provider says: the log then says what had been handed over.
   * @param why who says so, and in which words.
   */
  async leftAfterAll(tx: Tx, id: string, why: StepReason): Promise<void> {
    await this.move(tx, id, 'sent', why);
    const departure = await selectDeparture(tx, id);
    if (departure === null) return; // It was handed over before that was kept.
    const { provider, wireHash, contentHash } = departure;
    await this.audit.record(tx, {
      actor: why.actor,
      action: 'message.sent',
      subject: id,
      detail: { provider, wireHash, contentHash },
    });
  }

  /** Keeps how it leaves. Only `dispatch` has reason to call this. */
  async saveDeparture(tx: Tx, id: string, departure: Departure): Promise<void> {
    await updateDeparture(tx, id, departure);
  }

  /** Every step, oldest first. */
  async steps(db: Executor, id: string): Promise<MessageStep[]> {
    return (await selectSteps(db, [id])).get(id) ?? [];
  }

  /** Open messages of a person, under every profile merged into theirs, oldest first. */
  async openOf(db: Executor, profileId: string): Promise<Message[]> {
    return selectOpen(db, await profileFamily(db, profileId));
  }

  /**
   * Stops a message that has not begun to leave; its place in the caps is free again.
   * @throws Problem 404, or 409 when it left, may have left, or ended already.
   */
  async cancel(tx: Tx, id: string, by: { actor: string; reason: string }): Promise<Message> {
    const message = await lockMessage(tx, id);
    if (message === null) throw new Problem(404, 'no-such-message', `There is no message ${id}.`);
    if (!canMove(message.state, 'cancelled')) {
      throw new Problem(
        409,
        'message-not-open',
        `The message is ${message.state}; it cannot be cancelled any more.`,
      );
    }
    const cancelled = await this.move(tx, id, 'cancelled', {
      actor: by.actor,
      code: 'cancelled',
      text: by.reason,
    });
    await this.audit.record(tx, { actor: by.actor, action: 'message.cancelled', subject: id });
    return cancelled;
  }
}
