import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment } from './config/environment.js';
import { Database, type DatabaseLocation } from './platform/database/index.js';
import { requireKnownKeys } from './platform/secrets/known-keys.js';
import { Secrets } from './platform/secrets/secrets.js';

/** A database that a service has filled, with what opens the people in it. */
export interface ExistingDatabase {
  readonly database: Database;
  readonly secrets: Secrets;
}

/** Opens what is there; unlike the service, it makes neither a database nor keys. @throws when something is missing or in use. */
export async function openExisting(environment: Environment): Promise<ExistingDatabase> {
  const secrets = new Secrets(await secretKeys(environment));
  const database = await Database.openAsItIs(await location(environment));
  try {
    await requireKnownKeys(database.db, secrets);
  } catch (error) {
    await database.close();
    throw error;
  }
  return { secrets, database };
}

async function secretKeys(environment: Environment): Promise<string[]> {
  if (environment.SECRET_KEYS !== undefined) return environment.SECRET_KEYS;
  const text = await readFile(join(resolve(environment.DATA_DIR), 'secret-keys'), 'utf8');
  return text.split(/[\s,]+/).filter((key) => key.length > 0);
}

async function location(environment: Environment): Promise<DatabaseLocation> {
  if (environment.DATABASE_URL !== undefined) return { engine: 'postgres', url: environment.DATABASE_URL };
  const directory = resolve(environment.DATA_DIR);
  // Opening a directory that holds no database would make one.
  await access(join(directory, 'pg', 'PG_VERSION'));
  return { engine: 'embedded', directory };
}
