import { sql } from 'kysely';
import { type Executor } from '../../platform/database/index.js';
import { type Fact } from '../../policies/fact.js';

export interface Activation {
  readonly hash: string;
  readonly at: Date;
  readonly by: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Which playbook was in force from when, the latest first. */
export async function readActivations(db: Executor, limit: number): Promise<Activation[]> {
  const { rows } = await sql<{
    bundle_hash: string;
    activated_at: Date;
    by: string;
    counts: Record<string, number>;
  }>`
    select a.bundle_hash, a.activated_at, who.name as by, b.counts
    from bundle_activations a join people who on who.id = a.activated_by join bundles b on b.hash = a.bundle_hash
    order by a.seq desc limit ${limit}`.execute(db);
  return rows.map((row) => ({ hash: row.bundle_hash, at: row.activated_at, by: row.by, counts: row.counts }));
}

/** A bundle that was never in force, and the proposal that others have to agree to; null while nobody proposed it. */
export interface WaitingBundle {
  readonly hash: string;
  readonly createdAt: Date;
  readonly proposal: { readonly id: string; readonly title: string; readonly isAgreed: boolean } | null;
}

/** Bundles that were kept and never activated, the latest first, save those that were refused or withdrawn. */
export async function readWaitingBundles(db: Executor, limit: number): Promise<WaitingBundle[]> {
  const { rows } = await sql<{
    hash: string;
    created_at: Date;
    id: string | null;
    title: string | null;
    state: string | null;
  }>`
    select b.hash, b.created_at, last.id, last.title, last.state from bundles b
    left join lateral (
      select p.id, p.title, p.state from proposals p where p.bundle_hash = b.hash
      order by p.state in ('open', 'approved') desc, p.created_at desc, p.id desc limit 1
    ) last on true
    where not exists (select 1 from bundle_activations a where a.bundle_hash = b.hash)
      and (last.state is null or last.state in ('open', 'approved'))
    order by b.created_at desc, b.hash limit ${limit}`.execute(db);
  return rows.map(({ hash, created_at: createdAt, id, title, state }) => ({
    hash,
    createdAt,
    proposal: id === null || title === null ? null : { id, title, isAgreed: state === 'approved' },
  }));
}

export interface TemplateUse {
  readonly templateId: string;
  readonly signedBy: string;
  readonly signedAt: Date;
  readonly recipients: number;
}

/** Who signed the templates of a bundle, and how many people each signature has reached. */
export async function readTemplateUse(db: Executor, bundleHash: string): Promise<Map<string, TemplateUse>> {
  const { rows } = await sql<{ template_id: string; signed_by: string; signed_at: Date; recipients: number }>`
    select s.template_id, who.name as signed_by, s.signed_at, s.recipients
    from template_signatures s join people who on who.id = s.signed_by where s.bundle_hash = ${bundleHash}`.execute(
    db,
  );
  return new Map(
    rows.map((row) => [
      row.template_id,
      {
        templateId: row.template_id,
        signedBy: row.signed_by,
        signedAt: row.signed_at,
        recipients: row.recipients,
      },
    ]),
  );
}

export interface VariantUse {
  /** Null for wordings that the model wrote: those are the action's. */
  readonly templateId: string | null;
  readonly action: string;
  readonly variant: string;
  readonly sent: number;
  /** Messages with a click that counts, with the goal reached, and with which somebody unsubscribed. */
  readonly clicked: number;
  readonly converted: number;
  readonly unsubscribed: number;
}

/**
 * What came of each wording of these templates, and of those that the model wrote for these actions, for messages made since then that left
 * as they were written.
 */
export async function readVariantUse(
  db: Executor,
  of: { readonly templateIds: readonly string[]; readonly actions: readonly string[] },
  since: Date,
): Promise<VariantUse[]> {
  if (of.templateIds.length + of.actions.length === 0) return [];
  const { rows } = await sql<VariantUse>`
    select m.template_id as "templateId", m.action, m.variant, count(*)::int as sent,
      (count(*) filter (where exists (
        select 1 from outcomes o where o.message_id = m.id and o.kind = 'clicked' and o.counted)))::int as clicked,
      (count(*) filter (where exists (
        select 1 from outcomes o where o.message_id = m.id and o.kind = 'converted' and o.counted)))::int as converted,
      (count(*) filter (where exists (
        select 1 from outcomes o where o.message_id = m.id and o.kind = 'unsubscribed')))::int as unsubscribed
    from messages m
    where (m.template_id = any(${[...of.templateIds]}) or (m.template_id is null and m.action = any(${[...of.actions]})))
      and m.created_at > ${since} and m.variant is not null and m.sent_at is not null
    group by m.template_id, m.action, m.variant order by m.template_id, m.action, m.variant`.execute(db);
  return rows;
}

export interface FactLine extends Fact {
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** Facts at their latest version. */
export async function readFacts(
  db: Executor,
  request: { kind: string | null; id: string | null; after: string | null; limit: number },
): Promise<FactLine[]> {
  const { rows } = await sql<{
    id: string;
    version: number;
    kind: Fact['kind'];
    data: string;
    valid_from: Date | null;
    valid_until: Date | null;
    source: string;
    created_at: Date;
    created_by: string;
  }>`
    select distinct on (f.id) f.id, f.version, f.kind, f.data, f.valid_from, f.valid_until, f.source, f.created_at,
      coalesce(who.name, f.created_by) as created_by
    from facts f left join people who on who.id = f.created_by
    where (${request.kind}::text is null or f.kind = ${request.kind}::text)
      and (${request.id}::text is null or f.id = ${request.id}::text)
      and (${request.after}::text is null or f.id > ${request.after}::text)
    order by f.id, f.version desc limit ${request.limit}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    version: row.version,
    kind: row.kind,
    data: JSON.parse(row.data) as Fact['data'],
    validFrom: row.valid_from?.toISOString() ?? null,
    validUntil: row.valid_until?.toISOString() ?? null,
    source: row.source,
    createdAt: row.created_at,
    createdBy: row.created_by,
  }));
}
