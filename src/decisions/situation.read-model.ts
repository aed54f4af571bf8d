import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Executor } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { FactsService } from '../policies/index.js';
import { type MessageClass } from '../policies/playbook.js';
import { ProfilesService } from '../profiles/index.js';
import { type Profile } from '../profiles/profile.js';
import { type Json } from '../shared/canonical-json.js';
import { durationMs } from '../shared/clock.js';
import { actionsUp } from './candidates.js';
import { expressionInputs } from './expression-source.js';
import { profileFamily } from './family.read-model.js';
import { type PastMessage, type Situation } from './situation.js';
import { selectOpenTasks } from './tasks.repository.js';

const HISTORY_MS = 90 * 86_400_000;
/** How deep a signal's properties are searched for fact ids, and how many are taken. */
const FACT_DEPTH = 4;
const MOST_FACTS = 200;
const LONGEST_FACT_ID = 200;
/** Nobody needs to know more exactly how many reviews are waiting. */
const MOST_PENDING = 10_000;

/** What a situation is gathered for. */
export interface SituationRequest {
  readonly profile: Profile;
  readonly trigger?: Situation['trigger'];
  readonly signal?: Situation['signal'];
  readonly context?: Situation['context'];
  /** Left out: every marketing action. */
  readonly actions?: readonly string[] | null;
  readonly now: Date;
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
    const bare: Situation = {
      now: now.toISOString(),
      trigger: request.trigger ?? null,
      signal: request.signal ?? null,
      context: request.context ?? {},
      profile,
      suppressions: await this.profiles.suppressionsOf(db, profile),
      history: await selectHistory(db, {
        profileIds: family,
        since: new Date(now.getTime() - historyMs(bundle)),
        excludeMessageId: request.excludeMessageId ?? '',
      }),
      openTasks: (await selectOpenTasks(db, family)).map(({ id, reasonCode, reason }) => ({
        id,
        code: reasonCode,
        reason,
      })),
      facts: [],
      advice: null,
      review: { pending: await countPending(db) },
      actions: request.actions ?? null,
    };
    const named = await this.facts.current(db, factIds(bundle, bare));
    const claims = await this.facts.claims(db);
    const facts = new Map([...claims, ...named].map((fact) => [fact.id, fact]));
    return { ...bare, facts: [...facts.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
  }
}

/** 90 days, or longer when a cap looks back further. */
function historyMs(bundle: Bundle): number {
  const windows = bundle.guardrails.flatMap(({ spec }) =>
    spec.effect === 'limit' ? spec.caps.map((cap) => durationMs(cap.per)) : [],
  );
  return Math.max(HISTORY_MS, ...windows);
}

/** Ids that the actions in question ask for first, then whatever text of the signal could be one. */
function factIds(bundle: Bundle, situation: Situation): string[] {
  const input = expressionInputs(bundle, situation)();
  const asked = actionsUp(bundle, situation).flatMap((id) =>
    [...(bundle.actions.get(id)?.facts.values() ?? [])].flatMap((expression) => {
      const answer = expression.evaluate(input);
      return answer.known ? [answer.value] : [];
    }),
  );
  const mentioned = texts(situation.signal?.properties ?? {}, FACT_DEPTH);
  return [...new Set([...asked, ...mentioned])]
    .filter((id) => id.length > 0 && id.length <= LONGEST_FACT_ID && !id.includes('\0'))
    .slice(0, MOST_FACTS);
}

function texts(value: Json | Readonly<Record<string, Json>>, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.values(value).flatMap((each) => texts(each, depth - 1));
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

/**
 * What was sent, and what is open and holds its place. A message that is just leaving may have left: it counts as sent from the moment it
 * began to.
 */
async function selectHistory(
  db: Executor,
  request: { profileIds: readonly string[]; since: Date; excludeMessageId: string },
): Promise<PastMessage[]> {
  const { rows } = await sql<PastRow>`
    select h.* from (
      select m.id, m.action, m.channel, m.class, m.tags, m.topic, m.offer,
        m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled') as open,
        case when m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled') then m.send_at
          else coalesce(m.sent_at, m.updated_at) end as at
      from messages m
      where m.profile_id = any(${request.profileIds}) and m.id <> ${request.excludeMessageId}
        and m.state in ('drafting', 'assessed', 'in_review', 'approved', 'scheduled', 'sending', 'sent', 'delivered', 'unknown')
    ) h
    where h.open or h.at > ${request.since}
    order by h.at, h.id`.execute(db);
  return rows.map(({ id, at, ...row }) => ({ messageId: id, ...row, at: at.toISOString() }));
}

async function countPending(db: Executor): Promise<number> {
  const { rows } = await sql<{ pending: number }>`
    select count(*) as pending from (
      select r.id from reviews r where r.state in ('pending', 'claimed', 'awaiting_second') limit ${MOST_PENDING}
    ) waiting`.execute(db);
  return rows[0]?.pending ?? 0;
}
