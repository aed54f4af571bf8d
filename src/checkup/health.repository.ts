import { sql } from 'kysely';
import { type Cursor, type Executor, type Tx } from '../platform/database/index.js';
import { type LinkCheck, type MessageCounts } from './checks.js';
import { type DecisionDay, type RuleDay } from './health-days.js';
import { type Found, type HealthCode, keyOf, type Severity } from './finding.js';

/** More links than these in trouble have one cause. */
const MOST_LINKS = 5_000;

/** Notes how far something has been read, whoever read it. */
export async function putCursor(tx: Tx, name: string, at: Date): Promise<void> {
  await sql`
    insert into health_cursors (name, at) values (${name}, ${at})
    on conflict (name) do update set at = excluded.at`.execute(tx);
}

/** How far it has been read; null before the first time. */
export async function readCursor(db: Executor, name: string): Promise<Cursor | null> {
  const { rows } = await sql<Cursor>`
    select c.at, c.id from health_cursors c where c.name = ${name}`.execute(db);
  return rows[0] ?? null;
}

/**
 * Whether something is due, and if so, nobody else's until it is due again: one process does it.
 * @param next when it is due again.
 */
export async function claimRound(db: Executor, name: string, now: Date, next: Date): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`
    insert into health_cursors as c (name, at) values (${name}, ${next})
    on conflict (name) do update set at = excluded.at where c.at <= ${now}
    returning c.name`.execute(db);
  return rows.length === 1;
}

export async function addRuleDays(tx: Tx, days: readonly RuleDay[]): Promise<void> {
  if (days.length === 0) return;
  await sql`
    insert into rule_days as d (rule, day, matched, stood, alone, cost_micros)
    select n.rule, n.day, n.matched, n.stood, n.alone, n.cost_micros
    from jsonb_to_recordset(${JSON.stringify(days)}::jsonb)
      as n(rule text, day date, matched bigint, stood bigint, alone bigint, cost_micros bigint)
    on conflict (rule, day) do update set matched = d.matched + excluded.matched, stood = d.stood + excluded.stood,
      alone = d.alone + excluded.alone, cost_micros = d.cost_micros + excluded.cost_micros`.execute(tx);
}

export async function addDecisionDays(tx: Tx, days: readonly DecisionDay[]): Promise<void> {
  if (days.length === 0) return;
  await sql`
    insert into decision_days as d (day, trigger_id, outcome, decisions)
    select n.day, n.trigger_id, n.outcome, n.decisions
    from jsonb_to_recordset(${JSON.stringify(days)}::jsonb)
      as n(day date, trigger_id text, outcome text, decisions bigint)
    on conflict (day, trigger_id, outcome) do update set decisions = d.decisions + excluded.decisions`.execute(
    tx,
  );
}

/** What rules did from a day on, that day included, summed. */
export async function selectRuleUse(
  db: Executor,
  since: string,
): Promise<(Omit<RuleDay, 'day'> & { readonly last_day: string })[]> {
  const { rows } = await sql<Omit<RuleDay, 'day'> & { last_day: string }>`
    select d.rule, sum(d.matched)::bigint as matched, sum(d.stood)::bigint as stood, sum(d.alone)::bigint as alone,
      sum(d.cost_micros)::bigint as cost_micros, max(d.day)::text as last_day
    from rule_days d where d.day >= ${since}::date and d.rule not like 'actions/%' group by d.rule order by d.rule`.execute(
    db,
  );
  return rows;
}

/** How often actions found their facts from a day on, that day included, and how often one of these was not valid any more. */
export async function selectFactUse(
  db: Executor,
  since: string,
): Promise<{ action: string; hits: number; of: number }[]> {
  const { rows } = await sql<{ action: string; hits: number; of: number }>`
    select substr(d.rule, 9) as action, sum(d.stood)::bigint as hits, sum(d.matched)::bigint as of
    from rule_days d where d.day >= ${since}::date and d.rule like 'actions/%' group by d.rule order by d.rule`.execute(
    db,
  );
  return rows;
}

/** Executed decisions from a day on up to another, both included, by outcome. */
export async function selectOutcomes(
  db: Executor,
  since: string,
  until: string,
): Promise<{ outcome: string; decisions: number }[]> {
  const { rows } = await sql<{ outcome: string; decisions: number }>`
    select d.outcome, sum(d.decisions)::bigint as decisions from decision_days d
    where d.day >= ${since}::date and d.day <= ${until}::date group by d.outcome`.execute(db);
  return rows;
}

/** Firings a day by trigger from a day on; days without any are left out. */
export async function selectFirings(
  db: Executor,
  since: string,
): Promise<{ trigger_id: string; day: string; firings: number }[]> {
  const { rows } = await sql<{ trigger_id: string; day: string; firings: number }>`
    select d.trigger_id, d.day::text as day, sum(d.decisions)::bigint as firings
    from decision_days d where d.trigger_id <> '' and d.day >= ${since}::date group by 1, 2`.execute(db);
  return rows;
}

/** By trigger, the last day on which it fired; of every trigger that is known to have fired once. */
export async function selectLastFirings(db: Executor): Promise<Map<string, string>> {
  const { rows } = await sql<{ trigger_id: string; day: string }>`
    select d.trigger_id, max(d.day)::text as day from decision_days d where d.trigger_id <> '' group by 1`.execute(
    db,
  );
  return new Map(rows.map(({ trigger_id, day }) => [trigger_id, day]));
}

/** The first day of decisions that were counted, from a day on; null when there are none. */
export async function selectFirstCounted(db: Executor, since: string): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select min(d.day)::text as day from decision_days d where d.day >= ${since}::date`.execute(db);
  return rows[0]?.day ?? null;
}

/** Since when findings of a code are open, by subject. */
export async function selectOpenSince(db: Executor, code: HealthCode): Promise<Map<string, Date>> {
  const { rows } = await sql<{ subject: string; since: Date }>`
    select f.subject, f.first_seen_at as since from health_findings f where f.code = ${code} and f.resolved_at is null`.execute(
    db,
  );
  return new Map(rows.map(({ subject, since }) => [subject, since]));
}

export async function putMessageDay(tx: Tx, day: string, counts: readonly MessageCounts[]): Promise<void> {
  await sql`delete from message_days where day = ${day}::date`.execute(tx);
  await sql`
    insert into message_days (day, action, channel, sent, unsubscribed, complained, bounced)
    select ${day}::date, n.action, n.channel, n.sent, n.unsubscribed, n.complained, n.bounced
    from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb)
      as n(action text, channel text, sent bigint, unsubscribed bigint, complained bigint, bounced bigint)`.execute(
    tx,
  );
}

/** Messages of the days from `since` up to, not at, `before`. */
export async function selectMessages(db: Executor, since: string, before: string): Promise<MessageCounts[]> {
  const { rows } = await sql<MessageCounts>`
    select d.action, d.channel, sum(d.sent)::bigint as sent, sum(d.unsubscribed)::bigint as unsubscribed,
      sum(d.complained)::bigint as complained, sum(d.bounced)::bigint as bounced
    from message_days d where d.day >= ${since}::date and d.day < ${before}::date
    group by d.action, d.channel order by d.action, d.channel`.execute(db);
  return rows;
}

/** Notes how items read today. @returns by subject, since when. */
export async function keepItems(
  tx: Tx,
  items: readonly { readonly subject: string; readonly contentHash: string }[],
  since: Date,
): Promise<Map<string, string>> {
  const { rows } = await sql<{ subject: string; since: Date }>`
    insert into playbook_items as i (subject, content_hash, since)
    select n.subject, n."contentHash", ${since}
    from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as n(subject text, "contentHash" text)
    on conflict (subject, content_hash) do update set since = i.since
    returning i.subject, i.since`.execute(tx);
  return new Map(rows.map((row) => [row.subject, row.since.toISOString()]));
}

/** Lets go of counts and closed findings from before a time. When a trigger fired last is kept: else it would never have fired. */
export async function deleteAged(tx: Tx, before: Date): Promise<void> {
  await sql`delete from rule_days where day < ${before}::date`.execute(tx);
  await sql`
    delete from decision_days d where d.day < ${before}::date
      and (d.trigger_id = '' or d.day < (select max(l.day) from decision_days l where l.trigger_id = d.trigger_id))`.execute(
    tx,
  );
  await sql`delete from message_days where day < ${before}::date`.execute(tx);
  await sql`delete from health_findings where resolved_at < ${before}`.execute(tx);
}

/** A finding as it is kept. */
export interface StoredFinding {
  readonly id: string;
  readonly code: HealthCode;
  readonly subject: string;
  readonly severity: Severity;
  readonly owner: string | null;
  readonly message: string;
  readonly advice: string;
  readonly href: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** Null while it is open. */
  readonly resolvedAt: Date | null;
}

const columns = sql`f.id, f.code, f.subject, f.severity, f.owner, f.message, f.advice, f.href,
  f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt", f.resolved_at as "resolvedAt"`;

/**
 * Opens findings, or writes what is known of them now.
 * @param found each with an id for the case that it is new; no key twice.
 * @returns the ids of those that are.
 */
export async function keepFindings(
  tx: Tx,
  found: readonly (Found & { readonly id: string })[],
  now: Date,
): Promise<Set<string>> {
  const records = found.map((each) => ({ ...each, key: keyOf(each) }));
  const { rows } = await sql<{ id: string }>`
    insert into health_findings as f (id, key, code, subject, severity, owner, message, advice, href, first_seen_at, last_seen_at)
    select n.id, n.key, n.code, n.subject, n.severity, n.owner, n.message, n.advice, n.href, ${now}, ${now}
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as n(id text, key text, code text, subject text, severity text,
      owner text, message text, advice text, href text)
    on conflict (key) where resolved_at is null do update
    set severity = excluded.severity, owner = excluded.owner, message = excluded.message, advice = excluded.advice,
      href = excluded.href, last_seen_at = excluded.last_seen_at
    returning f.id`.execute(tx);
  const kept = new Set(rows.map(({ id }) => id));
  return new Set(found.filter(({ id }) => kept.has(id)).map(({ id }) => id));
}

/** Whether the same was found and closed again since a time. */
export async function wasOpenSince(tx: Tx, found: Found, since: Date): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    select f.id from health_findings f where f.key = ${keyOf(found)} and f.resolved_at >= ${since} limit 1`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Closes what a look that was able to judge did not find again. @returns how many. */
export async function resolveUnseen(tx: Tx, judged: ReadonlySet<HealthCode>, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update health_findings set resolved_at = ${now}
    where resolved_at is null and code = any(${[...judged]}) and last_seen_at < ${now}`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** The gravest first, then the latest. One more than `limit` when there are more. */
export async function selectFindings(
  db: Executor,
  query: {
    readonly state: 'open' | 'resolved' | 'all';
    readonly owner: string | null;
    readonly after: { readonly rank: number; readonly at: string; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<StoredFinding[]> {
  const rank = sql`array_position(array['high', 'medium', 'low'], f.severity)`;
  const conditions = [
    ...(query.state === 'all' ? [] : [query.state === 'open' ? sql`f.resolved_at is null` : sql`f.resolved_at is not null`]), // prettier-ignore
    ...(query.owner === null ? [] : [sql`f.owner = ${query.owner}`]),
    ...(query.after === null
      ? []
      : [
          sql`(${rank}, -extract(epoch from f.first_seen_at), f.id) >
            (${query.after.rank}::integer, -extract(epoch from ${query.after.at}::timestamptz), ${query.after.id})`,
        ]),
  ];
  const { rows } = await sql<StoredFinding>`
    select ${columns} from health_findings f
    ${conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`}
    order by ${rank}, f.first_seen_at desc, f.id limit ${query.limit + 1}`.execute(db);
  return rows;
}

/** Who owns findings that are open, or that are gone. */
export async function selectOwners(db: Executor, state: 'open' | 'resolved'): Promise<string[]> {
  const { rows } = await sql<{ owner: string }>`
    select distinct f.owner from health_findings f
    where f.owner is not null and (f.resolved_at is null) = ${state === 'open'} order by f.owner`.execute(db);
  return rows.map(({ owner }) => owner);
}

/** How many are open, by severity; severities without any are left out. */
export async function countOpenFindings(db: Executor): Promise<{ severity: Severity; count: number }[]> {
  const { rows } = await sql<{ severity: Severity; count: number }>`
    select f.severity, count(*) as count from health_findings f where f.resolved_at is null group by f.severity`.execute(
    db,
  );
  return rows;
}

/** Notes what became of following a link, and how often in a row it was found broken. */
export async function keepLinkCheck(tx: Tx, check: Omit<LinkCheck, 'failures'>, now: Date): Promise<void> {
  await sql`
    insert into link_checks as l (url, named_by, state, detail, failures, checked_at)
    values (${check.url}, ${check.namedBy}, ${check.state}, ${check.detail}, ${check.state === 'broken' ? 1 : 0}, ${now})
    on conflict (url) do update set named_by = excluded.named_by, state = excluded.state, detail = excluded.detail,
      failures = case when excluded.state = 'broken' then l.failures + 1 when excluded.state = 'ok' then 0 else l.failures end,
      checked_at = excluded.checked_at`.execute(tx);
}

/** Links looked at since a time that are not known to lead somewhere. */
export async function selectBadLinks(db: Executor, since: Date): Promise<LinkCheck[]> {
  const { rows } = await sql<LinkCheck>`
    select l.url, l.named_by as "namedBy", l.state, l.detail, l.failures from link_checks l
    where l.checked_at >= ${since} and l.state <> 'ok' order by l.url limit ${MOST_LINKS}`.execute(db);
  return rows;
}

/** Of these links, when each was looked at last. */
export async function selectLinkChecks(db: Executor, urls: readonly string[]): Promise<Map<string, Date>> {
  const { rows } = await sql<{ url: string; at: Date }>`
    select l.url, l.checked_at as at from link_checks l where l.url = any(${urls})`.execute(db);
  return new Map(rows.map(({ url, at }) => [url, at]));
}

/** Links of the last days that are not known to lead somewhere and were not looked at since a time, the longest ago first. */
export async function selectDoubtfulLinks(
  db: Executor,
  before: Date,
  limit: number,
): Promise<{ url: string; namedBy: string }[]> {
  const { rows } = await sql<{ url: string; namedBy: string }>`
    select l.url, l.named_by as "namedBy" from link_checks l
    where l.state <> 'ok' and l.checked_at <= ${before} order by l.checked_at limit ${limit}`.execute(db);
  return rows;
}

/** How many links stand how, of those looked at since a time. */
export async function countLinkChecks(
  db: Executor,
  since: Date,
): Promise<{ state: LinkCheck['state']; count: number }[]> {
  const { rows } = await sql<{ state: LinkCheck['state']; count: number }>`
    select l.state, count(*) as count from link_checks l where l.checked_at >= ${since} group by l.state`.execute(
    db,
  );
  return rows;
}

export async function deleteLinkChecks(tx: Tx, urls: readonly string[]): Promise<void> {
  if (urls.length > 0) await sql`delete from link_checks where url = any(${urls})`.execute(tx);
}

export async function deleteOldLinkChecks(tx: Tx, before: Date): Promise<void> {
  await sql`delete from link_checks where checked_at < ${before}`.execute(tx);
}
