import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type Gate } from './gate.js';

// `action` of the tables holds the key of a subject (`recover-cart/email`); an action alone in gates of before there was one for each kind.

interface GateRow {
  id: string;
  action: string;
  fingerprint: string;
  look: number;
  threshold: number;
  audit_share: number;
  wrong: number;
  opened_by: string;
  name: string;
  opened_at: Date;
}

export type DraftVerdict = 'right' | 'changed' | 'rejected' | 'handed_off';

/** A draft as it is routed. */
export interface RoutedDraft {
  readonly messageId: string;
  readonly subject: string;
  readonly fingerprint: string;
  readonly score: number;
  readonly share: number;
  readonly picked: boolean;
  readonly candidate: boolean;
  readonly signs: string;
  readonly wordsHash: string;
  readonly channel: string;
  readonly locale: string;
  readonly stage: string;
  /** Which of several wordings was drawn; null where there is one. */
  readonly variant: string | null;
}

/** The open gate of a subject; null while there is none. The row is held against closing until the transaction ends. */
export async function lockOpenGate(tx: Tx, subject: string): Promise<Gate | null> {
  const { rows } = await sql<GateRow>`
    select g.id, g.action, g.fingerprint, g.look, g.threshold, g.audit_share, g.wrong, g.opened_by, who.name, g.opened_at
    from gates g join people who on who.id = g.opened_by
    where g.action = ${subject} and g.closed_at is null for share of g`.execute(tx);
  const [row] = rows;
  if (row === undefined) return null;
  return {
    id: row.id,
    subject: row.action,
    fingerprint: row.fingerprint,
    look: row.look,
    threshold: row.threshold,
    auditShare: row.audit_share,
    wrong: row.wrong,
    openedBy: { personId: row.opened_by, name: row.name },
    openedAt: row.opened_at.toISOString(),
  };
}

/** @returns false when the subject has an open gate already. */
export async function insertGate(
  tx: Tx,
  gate: Omit<Gate, 'openedBy' | 'openedAt'> & { readonly openedBy: string; readonly openedAt: Date },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    insert into gates (id, action, fingerprint, look, threshold, audit_share, wrong, opened_by, opened_at)
    values (${gate.id}, ${gate.subject}, ${gate.fingerprint}, ${gate.look}, ${gate.threshold}, ${gate.auditShare}, ${gate.wrong},
      ${gate.openedBy}, ${gate.openedAt})
    on conflict (action) where closed_at is null do nothing
    returning id`.execute(tx);
  return rows.length === 1;
}

/** @returns the gate's id; null when none was open. */
export async function closeGate(
  tx: Tx,
  subject: string,
  closed: { readonly by: string; readonly at: Date; readonly code: string; readonly text: string },
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    update gates set closed_by = ${closed.by}, closed_at = ${closed.at}, closed_code = ${closed.code}, closed_text = ${closed.text}
    where action = ${subject} and closed_at is null returning id`.execute(tx);
  return rows[0]?.id ?? null;
}

/** What has an open gate. */
export async function selectOpenSubjects(db: Executor): Promise<string[]> {
  const { rows } = await sql<{ action: string }>`
    select g.action from gates g where g.closed_at is null order by g.action`.execute(db);
  return rows.map(({ action }) => action);
}

/** Keeps how a draft was routed, the first time it was. */
export async function insertRoutedDraft(tx: Tx, draft: RoutedDraft, at: Date): Promise<void> {
  await sql`
    insert into judged_drafts (message_id, action, fingerprint, score, share, picked, candidate, signs, words_hash, variant, channel,
      locale, stage, routed_at)
    values (${draft.messageId}, ${draft.subject}, ${draft.fingerprint}, ${draft.score}, ${draft.share}, ${draft.picked},
      ${draft.candidate}, ${draft.signs}, ${draft.wordsHash}, ${draft.variant}, ${draft.channel}, ${draft.locale}, ${draft.stage},
      ${at})
    on conflict (message_id) do nothing`.execute(tx);
}

export interface RoutedRow {
  readonly subject: string;
  readonly words_hash: string;
  readonly variant: string | null;
  readonly judged: boolean;
}

/** How a draft was routed, as far as its verdict needs it; null for what no model wrote. */
export async function selectRoutedDraft(db: Executor, messageId: string): Promise<RoutedRow | null> {
  const { rows } = await sql<RoutedRow>`
    select action as subject, words_hash, variant, verdict is not null as judged from judged_drafts
    where message_id = ${messageId}`.execute(db);
  return rows[0] ?? null;
}

/** The first verdict on a draft is the one that counts. @param passedOver another of several wordings was signed instead of it. */
export async function updateVerdict(
  tx: Tx,
  messageId: string,
  { verdict, passedOver }: { readonly verdict: DraftVerdict; readonly passedOver: boolean },
  at: Date,
): Promise<void> {
  await sql`
    update judged_drafts set verdict = ${verdict}, passed_over = ${passedOver}, judged_at = ${at}
    where message_id = ${messageId} and verdict is null`.execute(tx);
}
