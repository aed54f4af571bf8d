import 'reflect-metadata';
import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment, readEnvironment } from './config/environment.js';
import { Database, type DatabaseLocation } from './platform/database/index.js';
import { clockFor } from './platform/runtime.js';
import { requireKnownKeys } from './platform/secrets/known-keys.js';
import { Secrets } from './platform/secrets/secrets.js';
import { findingLines, verifyDatabase } from './verification/index.js';

const HOLDS = 0;
const BROKEN = 1;
const COULD_NOT_LOOK = 2;

/** The secret keys as they are; unlike the service, this makes none. */
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

async function verify(): Promise<number> {
  const environment = readEnvironment(process.env);
  const secrets = new Secrets(await secretKeys(environment));
  const database = await Database.openAsItIs(await location(environment));
  try {
    await requireKnownKeys(database.db, secrets);
    const findings = await verifyDatabase(database.db, secrets, clockFor(environment.CLOCK));
    for (const finding of findings) for (const line of findingLines(finding)) console.log(line);
    return findings.every((finding) => finding.problems.length === 0) ? HOLDS : BROKEN;
  } finally {
    await database.close();
  }
}

try {
  process.exitCode = await verify();
} catch (error) {
  console.error(`could not look: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = COULD_NOT_LOOK;
}
