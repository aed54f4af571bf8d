import { sql } from 'kysely';
import { type Executor, prepared, type Tx } from '../platform/database/index.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { type Draft, type VariantsReport, variantsReportSchema } from './draft.js';

/** A draft as it lies in the table: what is personal in it is sealed. */
interface DraftRow {
  id: string;
  message_id: string;
  number: number;
  written_at: Date;
  origin: Draft['origin'];
  author: string;
  template_id: string | null;
  prompt_id: string | null;
  prompt_version: string | null;
  model: string | null;
  tokens_in: number | null;
  tokens_out: number | null;
  cost_micros: number | null;
  latency_ms: number | null;
  fallback_reason: string | null;
  variant: string | null;
  variants: string | null;
  content_hash: string;
  key_id: string;
  content: Buffer;
  sent_to_model: Buffer | null;
}

export interface SealedDraft {
  readonly draft: Omit<Draft, 'written' | 'sentToModel' | 'number'> & { readonly number: number };
  readonly keyId: string;
  readonly content: Buffer;
  readonly sentToModel: Buffer | null;
}

/** A wording of a message that has several, sealed as it would be signed. */
export interface SealedVariant {
  readonly label: string;
  readonly draftId: string;
  readonly contentHash: string;
  readonly keyId: string;
  readonly content: Buffer;
}

const insertOne = prepared(
  'drafts.insert',
  `with place as (
      select now() >= (select (x.value #>> '{}')::timestamptz from settings x where x.name = 'contents_apart_since') as apart
    ), kept as (
      insert into draft_contents (draft_id, written_at, content, sent_to_model, message_content)
      select $1::text, $3::timestamptz, $19::bytea, $20::bytea, $21::bytea from place p where p.apart or $21::bytea is not null
    )
    insert into drafts (id, message_id, number, written_at, origin, author, template_id, prompt_id, prompt_version, model,
      tokens_in, tokens_out, cost_micros, latency_ms, fallback_reason, variant, variants, content_hash, key_id, content, sent_to_model)
    select $1::text, $2::text, (select coalesce(max(d.number), 0) + 1 from drafts d where d.message_id = $2::text),
      $3::timestamptz, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::integer, $11::integer, $12::bigint, $13::integer,
      $14::text, $15::text, $16::text, $17::text, $18::text,
      case when p.apart then ''::bytea else $19::bytea end, case when p.apart then null else $20::bytea end
    from place p`,
);

/**
 * Writes a draft as the next version of its message's. The message's row must be locked, so that numbers do not collide.
 * @param messageContent of one of several wordings: what is signed if it is chosen.
 */
export async function insertDraft(
  tx: Tx,
  {
    draft,
    keyId,
    content,
    sentToModel,
    messageContent,
  }: Omit<SealedDraft, 'draft'> & {
    readonly draft: Omit<SealedDraft['draft'], 'number'>;
    readonly messageContent: Buffer | null;
  },
): Promise<void> {
  await insertOne(tx, [
    draft.id,
    draft.messageId,
    new Date(draft.writtenAt),
    draft.origin,
    draft.author,
    draft.templateId,
    draft.prompt?.id ?? null,
    draft.prompt?.version ?? null,
    draft.prompt?.model ?? null,
    draft.usage?.tokensIn ?? null,
    draft.usage?.tokensOut ?? null,
    draft.usage?.costMicros ?? null,
    draft.usage?.latencyMs ?? null,
    draft.fallbackReason,
    draft.variant,
    draft.variants === null ? null : canonicalJson(draft.variants),
    draft.contentHash,
    keyId,
    content,
    sentToModel,
    messageContent,
  ]);
}

/** Drafts with their contents, which lie apart unless the release before wrote them; without those whose content has aged out. */
const READABLE = `select d.id, d.message_id, d.number, d.written_at, d.origin, d.author, d.template_id, d.prompt_id, d.prompt_version, d.model, d.tokens_in,
    d.tokens_out, d.cost_micros, d.latency_ms, d.fallback_reason, d.variant, d.variants, d.content_hash, d.key_id,
    coalesce(c.content, d.content) as content, coalesce(c.sent_to_model, d.sent_to_model) as sent_to_model
  from drafts d left join draft_contents c on c.written_at = d.written_at and c.draft_id = d.id
  where (c.content is not null or d.content <> ''::bytea)`;
const readable = sql.raw(READABLE);

/** Every version of a message's draft that can still be read, first to last. */
export async function selectDrafts(db: Executor, messageId: string): Promise<SealedDraft[]> {
  const { rows } = await sql<DraftRow>`
    ${readable} and d.message_id = ${messageId} order by d.number`.execute(db);
  return rows.map(toSealed);
}

const selectLast = prepared<DraftRow>(
  'drafts.latest',
  `${READABLE} and d.message_id = $1
    order by d.content_hash = (select m.content_hash from messages m where m.id = $1) desc nulls last, d.number desc
    limit 1`,
);

/** The latest version with the words that its message holds now; where there is none, the latest. */
export async function selectLatest(db: Executor, messageId: string): Promise<SealedDraft | null> {
  const [row] = await selectLast(db, [messageId]);
  return row === undefined ? null : toSealed(row);
}

/** The wordings of a message that has several, in the order they were asked for; none once their contents have aged out. */
export async function selectVariants(db: Executor, messageId: string): Promise<SealedVariant[]> {
  const { rows } = await sql<{
    label: string;
    id: string;
    content_hash: string;
    key_id: string;
    content: Buffer;
  }>`
    select d.variant as label, d.id, d.content_hash, d.key_id, c.message_content as content
    from drafts d join draft_contents c on c.written_at = d.written_at and c.draft_id = d.id
    where d.message_id = ${messageId} and d.variant is not null and c.message_content is not null
    order by d.number`.execute(db);
  return rows.map(({ label, id, content_hash, key_id, content }) => ({
    label,
    draftId: id,
    contentHash: content_hash,
    keyId: key_id,
    content,
  }));
}

/** What became of the wordings that were asked for of a message; null where it was one. */
export async function selectVariantsReport(db: Executor, messageId: string): Promise<VariantsReport | null> {
  const { rows } = await sql<{ variants: string }>`
    select d.variants from drafts d where d.message_id = ${messageId} and d.variants is not null
    order by d.number limit 1`.execute(db);
  return reportOf(rows[0]?.variants ?? null);
}

function toSealed(row: DraftRow): SealedDraft {
  return {
    draft: {
      id: row.id,
      messageId: row.message_id,
      number: row.number,
      writtenAt: row.written_at.toISOString(),
      origin: row.origin,
      author: row.author,
      templateId: row.template_id,
      prompt:
        row.prompt_id === null
          ? null
          : { id: row.prompt_id, version: row.prompt_version ?? '', model: row.model ?? '' },
      usage:
        row.tokens_in === null
          ? null
          : {
              tokensIn: row.tokens_in,
              tokensOut: row.tokens_out ?? 0,
              costMicros: row.cost_micros ?? 0,
              latencyMs: row.latency_ms ?? 0,
            },
      fallbackReason: row.fallback_reason as Draft['fallbackReason'],
      variant: row.variant,
      variants: reportOf(row.variants),
      contentHash: row.content_hash,
    },
    keyId: row.key_id,
    content: row.content,
    sentToModel: row.sent_to_model,
  };
}

function reportOf(text: string | null): VariantsReport | null {
  return text === null ? null : variantsReportSchema.parse(JSON.parse(text));
}
