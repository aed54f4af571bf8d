import { sql } from 'kysely';
import { type Database } from '../../src/platform/database/index.js';
import { type Fact } from '../../src/policies/fact.js';
import { contentHash } from '../../src/shared/hash.js';

/** Makes these the facts there are. */
export async function setFacts(database: Database, facts: readonly Fact[]): Promise<void> {
  await sql`delete from facts`.execute(database.db);
  for (const fact of facts) {
    await sql`
      insert into facts (id, version, kind, data, valid_from, valid_until, source, content_hash, created_at, created_by)
      values (${fact.id}, ${fact.version}, ${fact.kind}, ${JSON.stringify(fact.data)}, ${fact.validFrom}, ${fact.validUntil},
        ${fact.source}, ${contentHash(fact.data)}, now(), 'test')`.execute(database.db);
  }
}
