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
  return inserted.rows.map((row) => row.template_id).sort();
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

/**
 * Takes a person's place in a signature's audience; who holds one already takes no second.
 * @returns false when all places are taken: then nothing was written.
 */
export async function takePlace(
  tx: Tx,
  bundleHash: string,
  templateId: string,
  profileId: string,
): Promise<boolean> {
  // The signature's row is locked first: two people cannot both take the last place.
  const { rows } = await sql<{ free: boolean; held: boolean }>`
    select s.recipients < s.max_audience as free, exists (
      select 1 from template_recipients r
      where r.bundle_hash = s.bundle_hash and r.template_id = s.template_id and r.profile_id = ${profileId}) as held
    from template_signatures s
    where s.bundle_hash = ${bundleHash} and s.template_id = ${templateId} for update of s`.execute(tx);
  const place = rows[0];
  if (place === undefined) return false;
  if (place.held) return true;
  if (!place.free) return false;
  const { rows: taken } = await sql<{ profile_id: string }>`
    insert into template_recipients (bundle_hash, template_id, profile_id) values (${bundleHash}, ${templateId}, ${profileId})
    on conflict do nothing returning profile_id`.execute(tx);
  if (taken.length === 0) return true;
  await sql`
    update template_signatures set recipients = recipients + 1
    where bundle_hash = ${bundleHash} and template_id = ${templateId}`.execute(tx);
  return true;
}
