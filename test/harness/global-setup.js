import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder where the first test file leaves the migrated embedded database for the others to start from. */
export default function globalSetup() {
  process.env.COUNTERSIGN_TEST_DIR ??= mkdtempSync(join(tmpdir(), 'countersign-test-'));
}
