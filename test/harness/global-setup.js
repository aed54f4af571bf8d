import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names where the first test file leaves a migrated database for the others to start from: a folder, and a database on PostgreSQL. */
export default function globalSetup() {
  process.env.COUNTERSIGN_TEST_DIR ??= mkdtempSync(join(tmpdir(), 'countersign-test-'));
  process.env.COUNTERSIGN_TEST_TEMPLATE ??= `countersign_template_${randomBytes(6).toString('hex')}`;
}
