import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { FactsService } from '../policies/index.js';
import { type MessageClass } from '../policies/playbook.js';
import { ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { profileFamily } from './family.read-model.js';
import { factIds, historyMs } from './needs.js';
import { type CountedMessage, type PastMessage, type Situation } from './situation.js';
import { selectOpenTasks } from './tasks.repository.js';

/** What a situation is gathered for. */
export interface SituationRequest {
  readonly profile: Profile;
  readonly trigger?: Situation['trigger'];
  readonly signal?: Situation['signal'];
  readonly context?: Situation['context'];
  /** Left out: every marketing action. */
  readonly actions?: readonly string[] | null;
  readonly now: Date;
  /** Ids of facts to gather besides those that the actions name: what a written message rests on. */
  readonly facts?: readonly string[];
  /** A message that is looked at again: its own place is left out. */
  readonly excludeMessageId?: string;
}

/** Gathers the situation of one person. Under their lock when something is to follow from it: nothing moves in between then. */
@Injectable()
export class SituationReader {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly facts: FactsService,
  ) {}

  async read(db: Executor, bundle: Bundle, request: SituationRequest): Promise<Situation> {
    const { profile, now } = request;
    const family = await profileFamily(db, profile.id);
    const { email } = profile.addresses;
    const past = {
      profileIds: family,
      since: new Date(now.getTime() - historyMs(bundle)),
      excludeMessageId: request.excludeMessageId ?? '',
    };
    const elsewhere =
      email === null
        ? []
        : await selectAddressHistory(db, { ...past, addressHash: this.profiles.addressHash('email', email) });
    const bare: Situation = {
      now: now.toISOString(),
      trigger: request.trigger ?? null,
      signal: request.signal ?? null,
      context: request.context ?? {},
      profile,
      suppressions: await this.profiles.suppressionsOf(db, profile),
      history: await selectHistory(db, past),
      ...(elsewhere.length === 0 ? {} : { addressHistory: elsewhere }),
      openTasks: (await selectOpenTasks(db, family)).map(({ id, reasonCode, reason }) => ({
        id,
        code: reasonCode,
        reason,
      })),
      facts: [],
      advice: null,
      actions: request.actions ?? null,
    };
    return {
      ...bare,
      facts: await this.facts.current(db, [...(request.facts ?? []), ...factIds(bundle, bare)]),
    };
  }
}

interface PastRow {
  id: string;
  action: string;
  channel: string;
  class: MessageClass;
  tags: string[];
  topic: string;
  offer: string | null;
  open: boolean;
  at: Date;
}

interface PastRequest {
  readonly profileIds: readonly string[];
  readonly since: Date;
  readonly excludeMessageId: string;
}

/**
 * What was sent, and what is open and holds its place. A message that is just leaving may have left: it counts as sent from the moment it
 * began to.
 */
async function selectHistory(db: Executor, request: PastRequest): Promise<PastMessage[]> {
  const { rows } = await sql<PastRow>`
    select h.id, h.action, h.channel, h.class, h.tags, h.topic, h.offer, h.open, h.at
    from (${placesHeld(sql`m.profile_id = any(${request.profileIds})`)}) h
    where (h.open or h.at > ${request.since}) and h.id <> ${request.excludeMessageId}
    order by h.at, h.id`.execute(db);
  return rows.map(({ id, at, ...row }) => ({ messageId: id, ...row, at: at.toISOString() }));
}

/** What went to the same mailbox for other profiles: several may claim one address, and it has one person's patience. */
async function selectAddressHistory(
  db: Executor,
  request: PastRequest & { addressHash: string },
): Promise<CountedMessage[]> {
  const { rows } = await sql<Omit<CountedMessage, 'at'> & { at: Date }>`
    select h.channel, h.class, h.tags, h.open, h.at
    from (${placesHeld(sql`m.address_hash = ${request.addressHash} and not m.profile_id = any(${request.profileIds})`)}) h
    where (h.open or h.at > ${request.since}) and h.id <> ${request.excludeMessageId}
    order by h.at, h.id`.execute(db);
  return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }));
}

function placesHeld(whose: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select m.id, m.action, m.channel, m.class, m.tags, m.topic, m.offer,
      m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled') as open,
      case when m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled') then m.send_at
        else coalesce(m.sent_at, m.updated_at) end as at
    from messages m
    where ${whose}
      and m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled', 'sending', 'sent', 'delivered', 'unknown')`;
}
