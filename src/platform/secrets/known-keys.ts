import { ConfigurationError } from '../../config/environment.js';
import { type Database, type Executor } from '../database/index.js';
import { unseal } from '../vault/seal.js';
import {
  insertKnownKeys,
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
  const known = await selectKnownKeys(db);
  const [oldest] = secrets.fingerprints().slice(-1);
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
  if (known.oldest !== oldest)
    throw new ConfigurationError(
      `${WHERE} should end with the oldest key: keys are added in front, newest first`,
    );
}

/** As `requireKnownKeys`, and from now on the database knows these keys. @throws ConfigurationError */
export async function keepKnownKeys(database: Database, secrets: Secrets): Promise<void> {
  await requireKnownKeys(database.db, secrets);
  const all = secrets.fingerprints();
  const keys = { all, oldest: all.at(-1) ?? '' };
  const known = await selectKnownKeys(database.db);
  if (known?.all.length === all.length) return;
  await database.transaction(async (tx) => {
    if (known !== null) await updateKnownKeys(tx, keys);
    // Another process that started at the same moment was first: its keys have to be these.
    else if (!(await insertKnownKeys(tx, keys))) await requireKnownKeys(tx, secrets);
  });
}

function opens(key: Buffer, wrapped: Uint8Array): boolean {
  try {
    unseal(key, wrapped);
    return true;
  } catch {
    return false;
  }
}
