import { Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { z } from 'zod';
import { AuditService } from '../audit/index.js';
import { contactChecks } from '../decisions/checks.js';
import { FATE_UNKNOWN, FATES } from '../decisions/fate.js';
import { DecisionsService, EverybodyService, SituationReader, TasksService } from '../decisions/index.js';
import { otherDay, recheck, type RecheckResult } from '../decisions/recheck.js';
import { type FullCap } from '../decisions/situation.js';
import { type MessageContent, UNSUBSCRIBE_TOKEN } from '../messages/content.js';
import { MessagesService } from '../messages/index.js';
import { canMove, type Message, type MessageState } from '../messages/message.js';
import { restsOn, secondLook } from '../messages/second-look.js';
import { Database, type Tx } from '../platform/database/index.js';
import { PublicAddress } from '../platform/public-address.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { erasedIsNull } from '../platform/vault/index.js';
import { again, DONE, type Job, type JobEnd, type WorkHandler, WorkService } from '../platform/work/index.js';
import { Log, Metrics, traced } from '../platform/telemetry/index.js';
import { type Bundle } from '../policies/bundle.js';
import { FactsService, PoliciesService } from '../policies/index.js';
import { ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { readClosedGate } from './gates.read-model.js';
import { type Approval, openApproval, storedApprovalSchema } from '../review/approval.js';
import { Clock } from '../shared/clock.js';
import { contentHash } from '../shared/hash.js';
import { addressSpace, normaliseAddress } from '../shared/identity.js';
import { linkTokenHash } from '../shared/links.js';
import { OUTCOME_EVENTS } from '../signals/signal.js';
import { SignalsService } from '../signals/index.js';
import { type Channel, type Parcel, type RemoteChannel } from './channel.port.js';
import { ChannelsService } from './channels.service.js';
import { type Delivery, withoutAddresses } from './delivery.js';
import { selectShownReasons } from './shown-reasons.read-model.js';
import { insertLinks } from './links.repository.js';
import { messageSignal } from './message-signal.js';
import { pauseOf } from './pause.js';
import { PausesService } from './pauses.service.js';
import { selectReported } from './reported.read-model.js';
import { retryWaitMs } from './retry.js';
import { isFaithful, wire, wireLinks } from './wire.js';

const SYSTEM = 'system';
/** Ending a pause asks for every message it kept back; this is only for a pause that ended some other way. */
const PAUSED_LOOK_MS = 30_000;
/** Signals are read within seconds; where they are not, as after an outage, marketing waits until they are. */
const HEARD_WITHIN_MS = 30_000;
const UNHEARD_LOOK_MS = 5_000;
/** Longer than any conversation with a receiver takes, so that nobody else takes over a message that is just leaving. */
const LEASE_MS = 120_000;

/** What closing a task hands over: what came of the message, and who says so. */
const toldSchema = z.object({ fate: z.enum(FATES), by: z.string() });

/** A message on its way: `sending` is committed, the network comes next. */
interface Underway {
  readonly parcel: Parcel;
  readonly channel: RemoteChannel;
}

/** Why a message does not leave now. */
interface Refusal {
  readonly to: MessageState;
  readonly code: string;
  readonly text: string;
}
const refusal = (to: MessageState, code: string, text: string): Refusal => ({ to, code, text });

/** Rechecks what was approved at the time it is due, and sends it: the approved bytes, once. */
@Injectable()
export class DispatchService {
  private readonly log = new Log('dispatch');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
    private readonly address: PublicAddress,
    private readonly work: WorkService,
    private readonly audit: AuditService,
    private readonly policies: PoliciesService,
    private readonly facts: FactsService,
    private readonly signals: SignalsService,
    private readonly profiles: ProfilesService,
    private readonly decisions: DecisionsService,
    private readonly situations: SituationReader,
    private readonly tasks: TasksService,
    private readonly everybody: EverybodyService,
    private readonly messages: MessagesService,
    private readonly pauses: PausesService,
    private readonly channels: ChannelsService,
    private readonly metrics: Metrics,
  ) {}

  /** An approved message: waits for its time, is looked at again, leaves. */
  readonly messageApproved: WorkHandler<Underway, Delivery> = {
    kind: 'message.approved',
    leaseMs: LEASE_MS,
    prepare: (tx, job) =>
      traced('recheck message', { 'countersign.message.id': job.key }, () => this.prepare(tx, job)),
    call: (underway, _job, signal) => this.handOver(underway, signal),
    commit: (tx, _job, underway, delivery) => this.settle(tx, underway, delivery),
    died: (tx, job, error) => this.giveUp(tx, job, error),
  };

  /** A person found out what came of a message of unknown fate. */
  readonly fateTold: WorkHandler = {
    kind: 'fate.told',
    commit: async (tx, job) => {
      const { fate, by } = toldSchema.parse(job.payload);
      const found = await this.messages.get(tx, job.key);
      if (found === null) return DONE;
      const profile = await this.profiles.lock(tx, found.profileId).catch(erasedIsNull);
      const message = await this.messages.lock(tx, found.id);
      // A provider's report may have settled it in between.
      if (message.state !== 'unknown') return DONE;
      if (fate === 'did_not_leave') {
        await this.messages.move(tx, message.id, 'failed', {
          actor: by,
          code: 'told',
          text: 'Somebody found out that it did not leave.',
        });
        return DONE;
      }
      await this.messages.leftAfterAll(tx, message.id, {
        actor: by,
        code: 'told',
        text: 'Somebody found out that it left.',
      });
      await this.append(tx, profile, message, OUTCOME_EVENTS.sent, `sent:${message.id}`);
      return DONE;
    },
  };

  private async handOver({ parcel, channel }: Underway, signal: AbortSignal): Promise<Delivery> {
    const started = performance.now();
    const attributes = {
      'countersign.message.id': parcel.message.id,
      'countersign.channel': parcel.channel.id,
      'countersign.provider': channel.provider,
    };
    const delivery = await traced(
      'send message',
      attributes,
      async (span) => {
        const made = await channel.send(parcel, signal, () => this.mayStillSend(parcel)).catch(unexpected);
        span.setAttribute('countersign.delivery.outcome', made.outcome);
        return made;
      },
      { kind: SpanKind.CLIENT },
    );
    const labels = { provider: channel.provider, outcome: delivery.outcome };
    this.metrics.took('countersign_dispatch_seconds', labels, started);
    return delivery;
  }

  /**
   * Looked at once more when the receiver is already listening: a slow connection must not carry a message past a pause, an unsubscription, a
   * hand-off or an erasure. What is held back here is looked at in full when it is next due.
   */
  private async mayStillSend({ message, approval, channel }: Parcel): Promise<boolean> {
    const { db } = this.database;
    const current = await this.messages.get(db, message.id);
    if (current?.state !== 'sending') return false;
    if (pauseOf(await this.pauses.active(db), message) !== undefined) return false;
    const profile = await this.profiles.load(db, message.profileId).catch(erasedIsNull);
    const action = this.policies.active().actions.get(message.action)?.spec;
    if (profile === null || action === undefined) return false;
    if (recipientMoved(approval.content, profile, channel.url) !== null) return false;
    const about = {
      profile,
      suppressions: await this.profiles.suppressionsOf(db, profile),
      openTasks: (await this.tasks.openOf(db, profile.id)).map(({ id, reasonCode, reason }) => ({
        id,
        code: reasonCode,
        reason,
      })),
    };
    return contactChecks(about, action, channel).length === 0;
  }

  /** It was tried too often: nobody will look at it again, so it must not seem to be on its way. */
  private async giveUp(tx: Tx, job: Job, error: Error): Promise<void> {
    const message = await this.messages.lock(tx, job.key);
    if (message.state === 'sending')
      await this.stopAsUnknown(tx, message, 'What came of it could not be written down.');
    else if (message.state === 'approved' || message.state === 'scheduled')
      await this.refuse(
        tx,
        message,
        refusal('failed', 'dispatch_failed', `It could not be sent because of an error (${error.name}).`),
      );
  }

  private async prepare(tx: Tx, job: Job): Promise<Underway | JobEnd> {
    const found = await this.messages.get(tx, job.key);
    if (found === null) return DONE;
    // Person first, then message, as everywhere: caps hold only under the person's lock.
    const profile = await this.profiles.lock(tx, found.profileId).catch(erasedIsNull);
    const message = await this.messages.lock(tx, found.id);
    if (message.state === 'sending') {
      await this.stopAsUnknown(tx, message, 'The process stopped while this was being sent.');
      return DONE;
    }
    if (message.state !== 'approved' && message.state !== 'scheduled') return DONE;
    if (profile === null) {
      await this.refuse(tx, message, refusal('cancelled', 'erased', 'The person was erased.'));
      return DONE;
    }
    const now = this.clock.now();
    if (message.expiresAt <= now.toISOString()) {
      await this.refuse(tx, message, refusal('expired', 'too_late', 'It was not sent in time.'));
      return DONE;
    }
    if (message.sendAt > now.toISOString()) {
      const sooner = message.state === 'approved' ? await this.onceSigned(tx, message, now) : null;
      if (sooner !== null)
        await this.messages.move(tx, message.id, 'scheduled', {
          ...step(
            'signed_early',
            'It was signed sooner than was to be expected, and waited for nothing else.',
          ),
          sendAt: sooner,
        });
      else if (message.state === 'approved')
        await this.messages.move(tx, message.id, 'scheduled', step('scheduled', 'Waits for its send time.'));
      return again(sooner ?? new Date(message.sendAt));
    }
    const pause = pauseOf(await this.pauses.active(tx), message);
    if (pause !== undefined)
      return this.keepBack(tx, message, step('paused', `Paused: ${pause.reason}`), PAUSED_LOOK_MS);
    if (await this.unheard(tx, message, profile, now))
      return this.keepBack(
        tx,
        message,
        step('unheard', 'What the person did in the meantime waits to be read.'),
        UNHEARD_LOOK_MS,
      );
    return this.dispatch(tx, message, profile, now);
  }

  /** Looks again after a while; its timeline says why it waits, once. */
  private async keepBack(
    tx: Tx,
    message: Message,
    why: ReturnType<typeof step>,
    forMs: number,
  ): Promise<JobEnd> {
    if (message.state === 'approved') await this.messages.move(tx, message.id, 'scheduled', why);
    return again(new Date(this.clock.now().getTime() + forMs));
  }

  /**
   * Whether signals from where this person's come have waited for long: one of them may take the consent back on which a message rests, and it
   * was acknowledged. What is owed does not wait for that.
   */
  private async unheard(tx: Tx, message: Message, profile: Profile, now: Date): Promise<boolean> {
    if (this.policies.active().actions.get(message.action)?.spec.class === 'transactional') return false;
    const since = await this.signals.waitingSince(tx, profile);
    return since !== null && since.getTime() < now.getTime() - HEARD_WITHIN_MS;
  }

  private async dispatch(tx: Tx, message: Message, profile: Profile, now: Date): Promise<Underway | JobEnd> {
    const bundle = this.policies.active();
    const opened = await this.openApproval(tx, message, now);
    if ('to' in opened) {
      await this.refuse(tx, message, opened);
      return DONE;
    }
    const look =
      (await this.gateClosed(tx, opened)) ??
      (await this.lookAgain(tx, bundle, message, profile, opened, now));
    if (look.verdict !== 'send') return this.follow(tx, message, look, now);
    const parcel = this.pack(
      bundle,
      { message, profile, approval: opened },
      await this.address.find(tx),
      now,
    );
    if ('to' in parcel) {
      await this.refuse(tx, message, parcel);
      return DONE;
    }
    const full = await this.everybody.renew(tx, bundle, message.id, {
      at: now.getTime(),
      expires: Date.parse(message.expiresAt),
    });
    if (full !== null) return this.follow(tx, message, waitingFor(full, message.expiresAt), now);
    const way = this.channels.for(parcel.channel);
    return way.reach === 'nowhere'
      ? this.putOff(tx, message, way.reason)
      : this.leave(tx, parcel, way, profile);
  }

  /** The approval, verified against exactly the content on the row. Nothing leaves without. */
  private async openApproval(tx: Tx, message: Message, now: Date): Promise<Approval | Refusal> {
    const content = await this.messages.content(tx, message.id);
    const stored = storedApprovalSchema.safeParse(await this.messages.approval(tx, message.id));
    const opened =
      content === null || !stored.success
        ? { ok: false as const, reason: 'there is no approval' }
        : openApproval(message, content, stored.data, this.secrets.approvalVerifyingKeys());
    if (opened.ok) {
      return opened.approval.payload.expiresAt <= now.toISOString()
        ? refusal('expired', 'approval_expired', 'The approval was not used in time.')
        : opened.approval;
    }
    this.log.error('dispatch.approval_refused', { message: message.id });
    await this.audit.record(tx, {
      actor: SYSTEM,
      action: 'message.approval_refused',
      subject: message.id,
      detail: { reason: opened.reason },
    });
    return refusal('failed', 'approval_refused', `It was not sent: ${opened.reason}.`);
  }

  /** What was approved under a gate that has closed since comes back to a person. */
  private async gateClosed(tx: Tx, { payload }: Approval): Promise<RecheckResult | null> {
    if (payload.kind !== 'threshold') return null;
    const closed = await readClosedGate(tx, payload.gate?.id ?? '');
    if (closed === null) return null;
    const text = `Drafts of this action need a person again. ${closed}`.trim();
    return { verdict: 'review', reasons: [{ code: 'gate.closed', text }], tier: 1, handoff: null };
  }

  /** Everything afresh: consent, caps, hours, goal, facts, and whether the signed recipient still is this person's address. */
  private async lookAgain(
    tx: Tx,
    bundle: Bundle,
    message: Message,
    profile: Profile,
    approval: Approval,
    now: Date,
  ): Promise<RecheckResult> {
    const { content, payload } = approval;
    const decided = await this.decisions.get(tx, message.decisionId);
    await this.profiles.lockAddresses(tx, profile, bundle.channels.values());
    const grounds = await this.messages.groundsOf(tx, message.id, content);
    const { request, due: bare, text } = secondLook(message, content, decided?.situation ?? null, grounds);
    const situation = await this.situations.read(tx, bundle, { ...request, profile, now });
    const due = {
      ...bare,
      rivals: await this.facts.rivalsSince(
        tx,
        restsOn(situation, grounds),
        grounds.judgedAt ?? new Date(payload.at),
      ),
      ...(payload.kind === 'person'
        ? { signed: { people: payload.by.length, shown: await selectShownReasons(tx, message.id) } }
        : {}),
    };
    const look = recheck(bundle, situation, { ...due, text });
    if (look.verdict !== 'review' || !(await this.wasAnswered(tx, look, message, payload))) return look;
    // A person has signed it knowing exactly this; asked again, they could only say the same. A rule is never among it: see `signed`.
    const versions = new Map(situation.facts.map((fact) => [fact.id, fact.version]));
    const facts = due.facts.map(({ id, version }) => ({ id, version: versions.get(id) ?? version }));
    return recheck(bundle, situation, { ...due, facts });
  }

  /** Whether everything this look asks was asked before, and a person approved after that. */
  private async wasAnswered(
    tx: Tx,
    look: RecheckResult,
    message: Message,
    approval: Approval['payload'],
  ): Promise<boolean> {
    if (approval.kind !== 'person') return false;
    const steps = await this.messages.steps(tx, message.id);
    const asked = steps.filter(({ to, at }) => to === 'in_review' && at <= approval.at);
    return look.reasons.every(({ text }) => asked.some(({ reason }) => reason.includes(text)));
  }

  /** When it may leave after all, when it was planned for later only to leave time for its review; null when it waits for something else too. */
  private async onceSigned(tx: Tx, message: Message, now: Date): Promise<Date | null> {
    const decided = await this.decisions.get(tx, message.decisionId);
    if (decided === null) return null;
    const { sendAt, onceSigned } = decided.decision.result;
    if (onceSigned === undefined || message.sendAt !== sendAt) return null;
    const content = await this.messages.content(tx, message.id);
    if (content === null) return null;
    const sooner = onceSigned > now.toISOString() ? new Date(onceSigned) : now;
    // What it says of tomorrow was judged for the day it was planned for.
    const { leavesWithin } = await this.messages.groundsOf(tx, message.id, content);
    return otherDay({ leavesWithin }, sooner.toISOString()).length === 0 ? sooner : null;
  }

  /** Does what the second look said when it did not say `send`. */
  private async follow(tx: Tx, message: Message, look: RecheckResult, now: Date): Promise<JobEnd> {
    const code = look.reasons[0]?.code ?? 'recheck';
    const text =
      look.reasons.map((reason) => reason.text).join(' ') || 'The second look before sending said so.';
    if (look.handoff !== null) {
      await this.tasks.open(tx, {
        profileId: message.profileId,
        ...look.handoff,
        decisionId: message.decisionId,
        messageId: message.id,
      });
    }
    switch (look.verdict) {
      case 'send':
        throw new Error('a message that may leave has nothing to follow');
      case 'postpone': {
        const at = look.at === undefined ? new Date(now.getTime() + PAUSED_LOOK_MS) : new Date(look.at);
        await this.messages.move(tx, message.id, 'scheduled', { ...step(code, text), sendAt: at });
        return again(at);
      }
      case 'suppress':
        await this.refuse(tx, message, refusal('suppressed', code, text));
        return DONE;
      case 'expire':
        await this.refuse(tx, message, refusal('expired', code, text));
        return DONE;
      case 'review':
        await this.messages.move(tx, message.id, 'in_review', step(code, text));
        await this.work.enqueue(tx, {
          kind: 'message.needs_review',
          key: message.id,
          dueAt: now,
          payload: { tier: look.tier, why: JSON.stringify(look.reasons) },
        });
        return DONE;
    }
  }

  /** Wraps what was signed, with its links, and makes sure that nothing else changed. */
  private pack(
    bundle: Bundle,
    {
      message,
      profile,
      approval,
    }: { readonly message: Message; readonly profile: Profile; readonly approval: Approval },
    publicUrl: string,
    now: Date,
  ): Parcel | Refusal {
    const { content } = approval;
    const channel = bundle.channels.get(message.channel);
    if (channel === undefined || !channel.enabled)
      return refusal('suppressed', 'channel_off', `The channel ${message.channel} is not in use any more.`);
    const moved = recipientMoved(content, profile, channel.url);
    if (moved !== null) return refusal('expired', 'recipient_changed', moved);
    if (content.kind === 'email' && content.class === 'marketing' && !offersWayOut(content))
      return refusal(
        'failed',
        'no_unsubscribe',
        'A marketing mail without a way to unsubscribe does not leave.',
      );
    const links = wireLinks(message.id, content, {
      secret: this.secrets.current('links'),
      publicUrl,
      trackClicks: content.kind === 'email' && content.class === 'marketing' && bundle.brand.tracking.clicks,
    });
    const wired = wire(content, links);
    if (!isFaithful(wired, content, links)) {
      this.log.error('dispatch.not_what_was_signed', { message: message.id });
      return refusal('failed', 'not_what_was_signed', 'What would have left was not what was signed.');
    }
    return { message, approval, links, wired, channel, at: now };
  }

  /** `sending`, and for what leaves into this database `sent` with it; the network is for `call`. */
  private async leave(
    tx: Tx,
    parcel: Parcel,
    channel: Channel,
    profile: Profile,
  ): Promise<Underway | JobEnd> {
    const { message, links, at } = parcel;
    await insertLinks(
      tx,
      message,
      [
        { token_hash: linkTokenHash(links.unsubscribe.token), kind: 'unsubscribe', link: null },
        { token_hash: linkTokenHash(links.open.token), kind: 'open', link: null },
        ...links.clicks.map((click, link) => ({
          token_hash: linkTokenHash(click.token),
          kind: 'click' as const,
          link,
        })),
      ],
      at,
    );
    await this.messages.move(tx, message.id, 'sending', step('sending', `Handed to ${channel.provider}.`));
    // Kept before it leaves: whoever finds out later that it did finds here what it was.
    await this.messages.saveDeparture(tx, message.id, {
      provider: channel.provider,
      providerId: null,
      wireHash: wireHashOf(parcel),
    });
    if (channel.reach === 'remote') return { parcel, channel };
    const delivery = await channel.put(tx, parcel);
    return this.conclude(tx, { parcel, channel }, profile, namingNobody(delivery, parcel));
  }

  private async recordSent(
    tx: Tx,
    parcel: Parcel,
    profile: Profile | null,
    provider: string,
    providerId: string | null,
  ): Promise<void> {
    const { message, approval } = parcel;
    const wireHash = wireHashOf(parcel);
    await this.messages.move(tx, message.id, 'sent', step('sent', `Sent by ${provider}.`));
    const late = this.clock.now().getTime() - Date.parse(message.sendAt);
    this.metrics.observe('countersign_dispatch_lag_seconds', {}, Math.max(0, late) / 1_000);
    await this.applyReport(tx, message);
    await this.messages.saveDeparture(tx, message.id, { provider, providerId, wireHash });
    await this.append(tx, profile, message, OUTCOME_EVENTS.sent, `sent:${message.id}`);
    await this.audit.record(tx, {
      actor: SYSTEM,
      action: 'message.sent',
      subject: message.id,
      detail: { provider, wireHash, contentHash: approval.payload.contentHash },
    });
  }

  private async append(
    tx: Tx,
    profile: Profile | null,
    message: Message,
    event: string,
    key: string,
    detail: Record<string, string> = {},
  ): Promise<void> {
    if (profile === null) return;
    const signal = messageSignal(profile, message, event, key, this.clock.now().toISOString(), detail);
    if (signal !== null) await this.signals.appendIn(tx, [signal]);
  }

  private async settle(tx: Tx, underway: Underway, delivery: Delivery): Promise<JobEnd> {
    const profile = await this.profiles.lock(tx, underway.parcel.message.profileId).catch(erasedIsNull);
    const message = await this.messages.lock(tx, underway.parcel.message.id);
    return message.state === 'sending'
      ? this.conclude(tx, underway, profile, namingNobody(delivery, underway.parcel))
      : DONE;
  }

  /** Writes down what came of the attempt. @param profile null when the person was erased meanwhile. */
  private async conclude(
    tx: Tx,
    { parcel, channel }: { parcel: Parcel; channel: Channel },
    profile: Profile | null,
    delivery: Delivery,
  ): Promise<JobEnd> {
    const { message } = parcel;
    switch (delivery.outcome) {
      case 'sent':
        await this.recordSent(tx, parcel, profile, channel.provider, delivery.providerId);
        return DONE;
      case 'not_sent':
        return this.putOff(tx, message, delivery.reason);
      case 'refused':
        await this.messages.move(tx, message.id, 'failed', step('refused', `Refused: ${delivery.reason}`));
        if (delivery.hardBounce) await this.bounce(tx, parcel, profile, delivery.reason);
        return DONE;
      case 'unknown':
        if ((await selectReported(tx, message.id)) === null)
          await this.stopAsUnknown(tx, message, delivery.reason);
        else await this.recordSent(tx, parcel, profile, channel.provider, null);
        return DONE;
    }
  }

  /** It was not taken, for a reason that may pass: tried again, until it expires. */
  private async putOff(tx: Tx, message: Message, reason: string): Promise<JobEnd> {
    const steps = await this.messages.steps(tx, message.id);
    const attempts = 1 + steps.filter(({ reasonCode }) => reasonCode === 'not_sent').length;
    const at = new Date(this.clock.now().getTime() + retryWaitMs(attempts, message.id));
    await this.messages.move(tx, message.id, 'scheduled', {
      ...step('not_sent', `Not taken: ${reason}`),
      sendAt: at,
    });
    return again(at);
  }

  /** A provider may report what came of a message before we have written down that it left. */
  private async applyReport(tx: Tx, message: Message): Promise<void> {
    switch (await selectReported(tx, message.id)) {
      case 'delivered':
        await this.messages.move(
          tx,
          message.id,
          'delivered',
          step('delivered', 'The provider reports it as delivered.'),
        );
        return;
      case 'bounced':
        await this.messages.move(
          tx,
          message.id,
          'failed',
          step('hard_bounce', 'The address does not exist.'),
        );
        return;
      case null:
        return;
    }
  }

  /** The address does not exist: it is not written to again. The outcome comes back as a signal. */
  private async bounce(tx: Tx, parcel: Parcel, profile: Profile | null, reason: string): Promise<void> {
    const { message, approval, channel } = parcel;
    const addressHash = this.profiles.addressHash(addressSpace(channel), approval.content.recipient);
    await this.profiles.suppressHash(tx, {
      space: addressSpace(channel),
      addressHash,
      reason: 'hard_bounce',
      source: `message ${message.id}`,
    });
    await this.profiles.endOpenMail(tx, [addressHash]);
    const code = /\b[45]\d\d\b/.exec(reason)?.[0] ?? 'refused';
    await this.append(tx, profile, message, OUTCOME_EVENTS.bounced, `bounced:${message.id}`, {
      bounce: 'hard',
      code,
    });
  }

  /** Nobody knows whether it left: it stops for a person and is never repeated blindly. */
  private async stopAsUnknown(tx: Tx, message: Message, why: string): Promise<void> {
    if ((await selectReported(tx, message.id)) !== null) {
      await this.messages.leftAfterAll(
        tx,
        message.id,
        step('sent', 'The provider reports on it, so it left.'),
      );
      await this.applyReport(tx, message);
      return;
    }
    await this.messages.move(tx, message.id, 'unknown', step('fate_unknown', why));
    await this.tasks.open(tx, {
      profileId: message.profileId,
      owner: this.policies.active().engine.handoffOwner,
      reasonCode: FATE_UNKNOWN,
      reason: `It is not known whether message ${message.id} was delivered: ${why} Find out before anything is sent again.`,
      decisionId: message.decisionId,
      messageId: message.id,
    });
    this.log.warn('dispatch.fate_unknown', { message: message.id });
  }

  private async refuse(tx: Tx, message: Message, { to, code, text }: Refusal): Promise<void> {
    if (!canMove(message.state, to)) throw new Error(`message ${message.id} cannot go to ${to}: ${text}`);
    await this.messages.move(tx, message.id, to, step(code, text));
  }
}

const step = (code: string, text: string) => ({ actor: SYSTEM, code, text });

/** What is handed over, tokens and all. */
const wireHashOf = ({ approval, wired }: Parcel): string => contentHash({ ...approval.content, ...wired });

/** A channel promises not to throw; if it does, nobody knows how far it came. */
const unexpected = (error: unknown): Delivery => ({ outcome: 'unknown', reason: String(error) });

/** Reasons are kept in the clear; whatever said this one, it must not name the address. */
function namingNobody(delivery: Delivery, { approval: { content } }: Parcel): Delivery {
  if (delivery.outcome === 'sent') return delivery;
  const recipient = content.kind === 'email' ? content.recipient : '';
  return { ...delivery, reason: withoutAddresses(delivery.reason, recipient) };
}

/** Why the signed recipient is not this person's any more; null when it still is. */
function recipientMoved(
  content: MessageContent,
  profile: Profile,
  webhookUrl: string | undefined,
): string | null {
  switch (content.kind) {
    case 'email': {
      const { email } = profile.addresses;
      return email !== null && normaliseAddress(email) === normaliseAddress(content.recipient)
        ? null
        : 'The person has another address now than the one it was approved for.';
    }
    case 'webhook':
      return webhookUrl === content.recipient
        ? null
        : 'The channel leads to another address now than the one it was approved for.';
    case 'onsite':
      return null;
  }
}

function offersWayOut(content: MessageContent): boolean {
  return (
    content.text.includes(UNSUBSCRIBE_TOKEN) &&
    (content.html === null || content.html.includes(UNSUBSCRIBE_TOKEN))
  );
}

/** Looked at again when it has a place in the cap over everybody, unless its own time is over by then. */
function waitingFor({ rule, max, until }: FullCap, expiresAt: string): RecheckResult {
  const text = `Rule ${rule} allows ${max} to everybody together, and they are taken until ${until}.`;
  const verdict = until >= expiresAt ? 'suppress' : 'postpone';
  return { verdict, at: until, reasons: [{ code: 'cap', text }], tier: 1, handoff: null };
}
