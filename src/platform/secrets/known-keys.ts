import { ConfigurationError } from '../../config/environment.js';
import { type Database, type Executor } from '../database/index.js';
import { unseal } from '../vault/seal.js';
import {
  insertKnownKeys,
  type KnownKeys,
  lockKnownKeys,
  selectAnyWrapped,
  selectKnownKeys,
  updateKnownKeys,
} from './known-keys.repository.js';
import { type Secrets } from './secrets.js';

const WHERE = 'SECRET_KEYS (without it, DATA_DIR/secret-keys)';

/**
 * Whether these are the secret keys that the database was written under: with others nobody's data could be read, no signature would hold,
 * and what is written now would be lost to those who have the right ones.
 * @throws ConfigurationError in one line when they are not.
 */
export async function requireKnownKeys(db: Executor, secrets: Secrets): Promise<void> {
  await requireAll(db, secrets, await selectKnownKeys(db));
}

/** As `requireKnownKeys`, and from now on the database knows these keys. @throws ConfigurationError */
export async function keepKnownKeys(database: Database, secrets: Secrets): Promise<void> {
  const all = secrets.fingerprints();
  const keys = { all, oldest: all.at(-1) ?? '' };
  const seen = await selectKnownKeys(database.db);
  await requireAll(database.db, secrets, seen);
  if (seen?.all.length === all.length) return;
  await database.transaction(async (tx) => {
    if (seen === null && (await insertKnownKeys(tx, keys))) return;
    // Another process may have started at the same moment: what it brought has to be among these.
    await requireAll(tx, secrets, await lockKnownKeys(tx));
    await updateKnownKeys(tx, keys);
  });
}

/** @param known one reading of what the database knows: a second one could find what another process has just written. */
async function requireAll(db: Executor, secrets: Secrets, known: KnownKeys | null): Promise<void> {
  if (known === null) {
    const wrapped = await selectAnyWrapped(db);
    if (wrapped !== null && !secrets.all('person-keys').some((key) => opens(key, wrapped)))
      throw new ConfigurationError(`${WHERE} should be what this database was written under: it is another`);
    return;
  }
  const missing = known.all.filter((fingerprint) => !secrets.fingerprints().includes(fingerprint));
  if (missing.length > 0)
    throw new ConfigurationError(
      `${WHERE} should hold every key this database was written under: ${missing.length} of ${known.all.length} missing`,
    );
  if (known.oldest !== secrets.fingerprints().at(-1))
    throw new ConfigurationError(
      `${WHERE} should end with the oldest key: keys are added in front, newest first`,
    );
}

function opens(key: Buffer, wrapped: Uint8Array): boolean {
  try {
    unseal(key, wrapped);
    return true;
  } catch {
    return false;
  }
}
