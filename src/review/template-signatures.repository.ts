import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type TemplateSignature } from './template-signature.js';

interface SignatureRow {
  bundle_hash: string;
  template_id: string;
  content_hash: string;
  payload: string;
  signature: string;
}

/** Keeps signatures where there is none yet. @returns the ids of the templates newly signed. */
export async function insertSignatures(
  tx: Tx,
  signatures: readonly (TemplateSignature & { maxAudience: number })[],
  signedBy: string,
  signedAt: Date,
): Promise<string[]> {
  const rows = signatures.map((each) => ({
    bundle_hash: each.bundleHash,
    template_id: each.templateId,
    content_hash: each.contentHash,
    payload: each.payload,
    signature: each.signature,
    max_audience: each.maxAudience,
  }));
  const inserted = await sql<{ template_id: string }>`
    insert into template_signatures (bundle_hash, template_id, content_hash, payload, signature, max_audience, signed_by, signed_at)
    select s.bundle_hash, s.template_id, s.content_hash, s.payload, s.signature, s.max_audience, ${signedBy}, ${signedAt}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as s(bundle_hash text, template_id text, content_hash text, payload text, signature text, max_audience int)
    on conflict (bundle_hash, template_id) do nothing
    returning template_id`.execute(tx);
  const signed = inserted.rows.map((row) => row.template_id).sort();
  for (const { bundleHash, templateId, contentHash } of signatures)
    if (signed.includes(templateId)) await carryPlaces(tx, bundleHash, templateId, contentHash);
  return signed;
}

export async function selectSignature(
  db: Executor,
  bundleHash: string,
  templateId: string,
): Promise<TemplateSignature | null> {
  const { rows } = await sql<SignatureRow>`
    select bundle_hash, template_id, content_hash, payload, signature from template_signatures
    where bundle_hash = ${bundleHash} and template_id = ${templateId}`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    bundleHash: row.bundle_hash,
    templateId: row.template_id,
    contentHash: row.content_hash,
    payload: row.payload,
    signature: row.signature,
  };
}

/** A template that another bundle held just like this starts with the audience it has reached: a new bundle brings no new places. */
async function carryPlaces(
  tx: Tx,
  bundleHash: string,
  templateId: string,
  contentHash: string,
): Promise<void> {
  // Nobody takes a place under the others while they are copied.
  await lockAlike(tx, templateId, contentHash);
  await sql`
    insert into template_recipients (bundle_hash, template_id, profile_id)
    select distinct ${bundleHash}, r.template_id, r.profile_id
    from template_recipients r join template_signatures s on s.bundle_hash = r.bundle_hash and s.template_id = r.template_id
    where s.template_id = ${templateId} and s.content_hash = ${contentHash}
    on conflict do nothing`.execute(tx);
  await sql`
    update template_signatures set recipients = (
      select count(*) from template_recipients r where r.bundle_hash = ${bundleHash} and r.template_id = ${templateId})
    where bundle_hash = ${bundleHash} and template_id = ${templateId}`.execute(tx);
}

/** Locks every signature of the same words under the same name, always in the same order. */
async function lockAlike(tx: Tx, templateId: string, contentHash: string): Promise<void> {
  await sql`
    select s.bundle_hash from template_signatures s
    where s.template_id = ${templateId} and s.content_hash = ${contentHash} order by s.bundle_hash for update`.execute(
    tx,
  );
}

/**
 * Takes a person's place in a signature's audience, and in that of every other bundle's signature of the same words; who holds one already takes no second.
 * @returns false when all places are taken: then nothing was written.
 */
export async function takePlace(
  tx: Tx,
  bundleHash: string,
  templateId: string,
  profileId: string,
): Promise<boolean> {
  const stored = await selectSignature(tx, bundleHash, templateId);
  if (stored === null) return false;
  // The signatures' rows are locked first: two people cannot both take the last place.
  await lockAlike(tx, templateId, stored.contentHash);
  const { rows } = await sql<{ free: boolean; held: boolean }>`
    select s.recipients < s.max_audience as free, exists (
      select 1 from template_recipients r
      where r.bundle_hash = s.bundle_hash and r.template_id = s.template_id and r.profile_id = ${profileId}) as held
    from template_signatures s
    where s.bundle_hash = ${bundleHash} and s.template_id = ${templateId}`.execute(tx);
  const place = rows[0];
  if (place === undefined) return false;
  if (place.held) return true;
  if (!place.free) return false;
  const { rows: taken } = await sql<{ bundle_hash: string }>`
    insert into template_recipients (bundle_hash, template_id, profile_id)
    select s.bundle_hash, s.template_id, ${profileId} from template_signatures s
    where s.template_id = ${templateId} and s.content_hash = ${stored.contentHash}
    on conflict do nothing returning bundle_hash`.execute(tx);
  await sql`
    update template_signatures set recipients = recipients + 1
    where template_id = ${templateId} and bundle_hash = any(${taken.map((row) => row.bundle_hash)})`.execute(
    tx,
  );
  return true;
}
