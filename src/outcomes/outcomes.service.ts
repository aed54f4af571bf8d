import { Injectable } from '@nestjs/common';
import { FATE_UNKNOWN } from '../decisions/fate.js';
import { profileFamilies, TasksService } from '../decisions/index.js';
import { messageSignal } from '../dispatch/message-signal.js';
import { MessagesService } from '../messages/index.js';
import { canMove, type Message } from '../messages/message.js';
import { type Executor, type Tx } from '../platform/database/index.js';
import { erasedIsNull } from '../platform/vault/index.js';
import { DONE, type WorkHandler, WorkService } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import { PHONE_SPACES } from '../profiles/consent.js';
import { type Applied, ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { addressSpace } from '../shared/identity.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { SignalsService } from '../signals/index.js';
import { OUTCOME_EVENTS, OWN_SOURCE } from '../signals/signal.js';
import { isScanned, SCAN_WINDOW_MS } from './attention.js';
import { type GoalSignal, selectConvertible } from './conversions.read-model.js';
import { type NewOutcome, type Outcome } from './outcome.js';
import {
  decideOutcome,
  insertOutcome,
  lockOutcome,
  type OutcomeRow,
  selectClicksAround,
  selectOutcomes,
} from './outcomes.repository.js';
import { WithdrawalsService } from './withdrawals.service.js';

const SYSTEM = 'system';
/** A goal reached within this time after a message counts as its conversion. */
const CONVERSION_MS = 7 * 24 * 3_600_000;
/** A click's neighbours have arrived by then. */
const DECIDE_CLICK_AFTER_MS = SCAN_WINDOW_MS + 500;
/** Stands for "not known yet whether a person or a scanner followed it". */
const UNDECIDED = 'undecided';

/** What came of messages: recorded once, told as a signal, with its effects on consent, addresses and what is still open. */
@Injectable()
export class OutcomesService {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly work: WorkService,
    private readonly policies: PoliciesService,
    private readonly signals: SignalsService,
    private readonly profiles: ProfilesService,
    private readonly tasks: TasksService,
    private readonly messages: MessagesService,
    private readonly withdrawals: WithdrawalsService,
  ) {}

  /** A click that may be a person's: once its neighbours are known, it counts or it does not. */
  readonly linkFollowed: WorkHandler = {
    kind: 'link.followed',
    commit: async (tx, job) => {
      await this.decideClick(tx, job.key);
      return DONE;
    },
  };

  /** Outcomes of a message, oldest first. */
  async of(db: Executor, messageId: string): Promise<Outcome[]> {
    return (await selectOutcomes(db, messageId)).map(toOutcome);
  }

  /**
   * Records what happened to a message, with all that follows from it. Nothing new happens the second time.
   * @returns false when there is no such message, or it was recorded before.
   */
  async record(tx: Tx, outcome: NewOutcome): Promise<boolean> {
    const found = await this.messages.get(tx, outcome.messageId);
    if (found === null) return false;
    const profile = await this.profiles.lock(tx, found.profileId).catch(erasedIsNull);
    const message = await this.messages.lock(tx, found.id);
    const row = this.rowOf(message, outcome);
    if (!(await insertOutcome(tx, row))) return false;
    await this.follow(tx, message, profile, outcome);
    if (row.counted) await this.tell(tx, profile, message, row);
    return true;
  }

  private rowOf(message: Message, outcome: NewOutcome): OutcomeRow {
    return {
      id: this.ids.make('out'),
      message_id: message.id,
      profile_id: message.profileId,
      token_hash: outcome.tokenHash ?? null,
      kind: outcome.kind,
      at: outcome.at,
      counted: outcome.whyNotCounted === undefined,
      why_not_counted: outcome.whyNotCounted ?? null,
      detail: canonicalJson(outcome.detail),
      unique_key: outcome.uniqueKey,
    };
  }

  private async tell(tx: Tx, profile: Profile | null, message: Message, row: OutcomeRow): Promise<void> {
    if (profile === null) return;
    const signal = messageSignal(
      profile,
      message,
      OUTCOME_EVENTS[row.kind],
      row.unique_key,
      row.at.toISOString(),
      JSON.parse(row.detail) as Record<string, Json>,
    );
    if (signal !== null) await this.signals.appendIn(tx, [signal]);
  }

  private async follow(
    tx: Tx,
    message: Message,
    profile: Profile | null,
    outcome: NewOutcome,
  ): Promise<void> {
    switch (outcome.kind) {
      case 'delivered':
        await this.deliver(tx, message);
        return;
      case 'bounced':
        if (outcome.detail['bounce'] === 'hard') await this.bounce(tx, message);
        return;
      case 'unsubscribed':
        await this.stopMarketing(tx, message, profile, 'unsubscribe');
        return;
      case 'complained':
        await this.stopMarketing(tx, message, profile, 'complaint');
        return;
      case 'opened':
      case 'clicked':
      case 'converted':
        return;
    }
  }

  private async deliver(tx: Tx, message: Message): Promise<void> {
    const why = { actor: SYSTEM, code: 'delivered', text: 'The provider reports it as delivered.' };
    if (message.state === 'unknown') {
      await this.messages.leftAfterAll(tx, message.id, why);
      const open = await this.tasks.openOf(tx, message.profileId);
      for (const task of open.filter(
        (one) => one.messageId === message.id && one.reasonCode === FATE_UNKNOWN,
      ))
        await this.tasks.close(tx, task.id, { by: SYSTEM, outcome: 'delivered' });
    }
    if (message.state === 'unknown' || message.state === 'sent')
      await this.messages.move(tx, message.id, 'delivered', why);
  }

  private async bounce(tx: Tx, message: Message): Promise<void> {
    // While our own word on its leaving is still to be written, whoever writes that reads this report too.
    if (message.state !== 'failed' && message.state !== 'sending' && canMove(message.state, 'failed')) {
      await this.messages.move(tx, message.id, 'failed', {
        actor: SYSTEM,
        code: 'hard_bounce',
        text: 'The address does not exist.',
      });
    }
    await this.suppress(tx, message, 'hard_bounce');
  }

  /** The strictest reading: no marketing on this channel at all, at once, also not what was approved already. */
  private async stopMarketing(
    tx: Tx,
    message: Message,
    profile: Profile | null,
    reason: 'unsubscribe' | 'complaint',
  ): Promise<void> {
    const now = this.clock.now();
    if (profile !== null) {
      await this.profiles.setConsent(tx, profile.id, {
        channel: message.channel,
        topic: '*',
        state: 'denied',
        source: reason === 'unsubscribe' ? 'unsubscribe' : 'complaint',
        at: now.toISOString(),
      });
      await this.withdrawals.close(tx, profile.id, ({ channel }) => channel === message.channel, reason);
    }
    // Of somebody who was erased nobody can say later that they agreed again.
    const isTheirs = profile !== null && reason === 'unsubscribe';
    const withdrawn = isTheirs ? { profileId: profile.id, channel: message.channel, at: now } : undefined;
    await this.suppress(tx, message, reason, withdrawn);
  }

  /** The address the message went to, whatever the person's address is now, and also once nobody can read it any more. */
  private async suppress(
    tx: Tx,
    message: Message,
    reason: 'hard_bounce' | 'unsubscribe' | 'complaint',
    withdrawn?: { readonly profileId: string; readonly channel: string; readonly at: Date },
  ): Promise<void> {
    const addressHash = await this.messages.addressHash(tx, message.id);
    if (addressHash === null) return;
    const { channel: id } = message;
    // What the playbook has no more was a mailbox, unless its name says that it was a telephone.
    const channel = this.policies.active().channels.get(id) ?? { id, kind: PHONE_SPACES.includes(id) ? id : 'email' }; // prettier-ignore
    await this.profiles.suppressHash(tx, {
      space: addressSpace(channel),
      addressHash,
      reason,
      source: `message ${message.id}`,
      ...(withdrawn === undefined ? {} : { withdrawn }),
    });
    await this.profiles.endOpenMail(tx, [addressHash]);
  }

  /** A click that no single request gives away as a machine's: decided once other clicks around it are known. */
  async recordClick(tx: Tx, outcome: NewOutcome): Promise<void> {
    const message = await this.messages.get(tx, outcome.messageId);
    if (message === null) return;
    const row = this.rowOf(message, {
      ...outcome,
      whyNotCounted: outcome.whyNotCounted ?? UNDECIDED,
    });
    if (!(await insertOutcome(tx, row)) || row.why_not_counted !== UNDECIDED) return;
    await this.work.enqueue(tx, {
      kind: 'link.followed',
      key: row.id,
      dueAt: new Date(this.clock.now().getTime() + DECIDE_CLICK_AFTER_MS),
    });
  }

  private async decideClick(tx: Tx, outcomeId: string): Promise<void> {
    const row = await lockOutcome(tx, outcomeId);
    if (row?.why_not_counted !== UNDECIDED || row.token_hash === null) return;
    const at = row.at.getTime();
    const around = await selectClicksAround(
      tx,
      row.message_id,
      new Date(at - SCAN_WINDOW_MS),
      new Date(at + SCAN_WINDOW_MS),
    );
    const scanned = isScanned(
      { tokenHash: row.token_hash, at: row.at },
      around.map((click) => ({ tokenHash: click.token_hash, at: click.at })),
    );
    await decideOutcome(tx, row.id, scanned ? 'several_links_at_once' : null);
    if (scanned) return;
    const message = await this.messages.get(tx, row.message_id);
    const profile = await this.profiles.load(tx, row.profile_id).catch(erasedIsNull);
    if (message !== null) await this.tell(tx, profile, message, row);
  }

  /**
   * Looks at applied signals: bounces that dispatch met while sending, consent that was withdrawn, and goals reached after a message. Call it
   * in the transaction that applied them.
   */
  async observe(tx: Tx, applied: readonly Applied[]): Promise<void> {
    for (const { signal } of applied) {
      if (signal.source !== OWN_SOURCE || signal.event !== OUTCOME_EVENTS.bounced) continue;
      const { message_id: messageId, bounce, code } = signal.properties;
      const message = typeof messageId === 'string' ? await this.messages.get(tx, messageId) : null;
      if (message === null) continue;
      // The one that dispatch told of is not told again: the signal is already there.
      await insertOutcome(
        tx,
        this.rowOf(message, {
          messageId: message.id,
          kind: 'bounced',
          at: new Date(signal.occurredAt),
          detail: { bounce: bounce ?? 'hard', code: code ?? null },
          uniqueKey: signal.messageId,
        }),
      );
    }
    await this.withdrawals.observe(tx, applied);
    await this.observeGoals(tx, applied);
  }

  private async observeGoals(tx: Tx, applied: readonly Applied[]): Promise<void> {
    const actionsByGoal = this.actionsByGoal();
    const reached: Omit<GoalSignal, 'profile_ids'>[] = [];
    const profileIds = new Map<string, string>();
    for (const { signal, profileId } of applied) {
      const actions = signal.event === null ? undefined : actionsByGoal.get(signal.event);
      if (actions === undefined || signal.type !== 'track' || signal.source === OWN_SOURCE) continue;
      profileIds.set(signal.id, profileId);
      reached.push({
        signal_id: signal.id,
        actions,
        at: signal.occurredAt,
        since: new Date(Date.parse(signal.occurredAt) - CONVERSION_MS).toISOString(),
      });
    }
    if (reached.length === 0) return;
    const signals = new Map(applied.map(({ signal }) => [signal.id, signal]));
    const families = await profileFamilies(tx, [...new Set(profileIds.values())]);
    const goals = reached.map((goal) => ({
      ...goal,
      profile_ids: families.get(profileIds.get(goal.signal_id) ?? '') ?? [],
    }));
    for (const { signal_id, message_id } of await selectConvertible(tx, goals)) {
      const signal = signals.get(signal_id);
      if (signal === undefined) continue;
      await this.record(tx, {
        messageId: message_id,
        kind: 'converted',
        at: new Date(signal.occurredAt),
        detail: { event: signal.event, signal: signal.id },
        uniqueKey: `converted:${message_id}`,
      });
    }
  }

  private actionsByGoal(): Map<string, string[]> {
    const byGoal = new Map<string, string[]>();
    for (const { spec } of this.policies.active().actions.values()) {
      if (spec.goalEvent === undefined) continue;
      byGoal.set(spec.goalEvent, [...(byGoal.get(spec.goalEvent) ?? []), spec.id]);
    }
    return byGoal;
  }
}

function toOutcome(row: OutcomeRow): Outcome {
  return {
    id: row.id,
    messageId: row.message_id,
    profileId: row.profile_id,
    kind: row.kind,
    at: row.at.toISOString(),
    counted: row.counted,
    whyNotCounted: row.why_not_counted,
    detail: JSON.parse(row.detail) as Record<string, Json>,
  };
}
