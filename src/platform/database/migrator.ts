import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Migration, type MigrationProvider, Migrator, sql } from 'kysely';
import { type Db } from './handles.js';

const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url));

/** Numbered plain-SQL files, forward only, in the order of their names. */
class SqlFiles implements MigrationProvider {
  async getMigrations(): Promise<Record<string, Migration>> {
    const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
    const migrations: Record<string, Migration> = {};
    for (const name of names) {
      const text = await readFile(join(MIGRATIONS, name), 'utf8');
      migrations[name.replace(/\.sql$/, '')] = {
        up: async (db) => {
          await sql.raw(text).execute(db);
        },
      };
    }
    return migrations;
  }
}

/** Brings the schema up to date; two processes that start together wait for each other. */
export async function migrateToLatest(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: new SqlFiles() });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'migration';
    throw new Error(`${failed} failed: ${error instanceof Error ? error.message : JSON.stringify(error)}`, {
      cause: error,
    });
  }
}

/** The schema is another version's. */
class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** @throws SchemaError when a migration is missing. */
export async function requireLatest(db: Db): Promise<void> {
  const migrations = await new Migrator({ db, provider: new SqlFiles() }).getMigrations();
  const missing = migrations.find((migration) => migration.executedAt === undefined);
  if (missing !== undefined)
    throw new SchemaError(`the database lacks ${missing.name}: start this version of the service once`);
}
