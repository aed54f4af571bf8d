import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../../shared/hash.js';
import { matchesOf } from '../../shared/matches.js';

/** Where this version's migrations lie. */
export const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url));

/**
 * A numbered plain-SQL file. Its first comment lines may say how it is to be run:
 *
 *     -- outside a transaction
 *     -- minimum reader: 0010_dispatch_and_outcomes
 *
 * The first is for `create index concurrently`, which PostgreSQL refuses inside a transaction; such a file must do no harm when it is run again.
 * The second says that processes which do not know the named migration cannot work with the schema any more (docs/adr/0005).
 */
export interface MigrationFile {
  /** Its file name without `.sql`; names order migrations. */
  readonly name: string;
  readonly text: string;
  readonly hash: string;
  readonly outsideTransaction: boolean;
  readonly minimumReader: string | null;
}

export function parseMigration(name: string, text: string): MigrationFile {
  const header = /^(?:--[^\n]*\n|\s*\n)*/.exec(text)?.[0] ?? '';
  return {
    name,
    text,
    hash: sha256Hex(text),
    outsideTransaction: /^-- outside a transaction$/m.test(header),
    minimumReader: /^-- minimum reader: (\S+)$/m.exec(header)?.[1] ?? null,
  };
}

/** Every migration of a folder, in order. */
export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) =>
      parseMigration(file.replace(/\.sql$/, ''), await readFile(join(folder, file), 'utf8')),
    ),
  );
}

/** What may hold a semicolon that ends nothing (a comment, a quoted text or name, a dollar-quoted body), or one that ends a statement. */
const TOKEN = /--[^\n]*|'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|;/g;

/** The statements of a migration, without their comments. */
export function statementsOf(text: string): string[] {
  const statements: string[] = [];
  let current = '';
  let from = 0;
  for (const token of matchesOf(text, TOKEN)) {
    current += text.slice(from, token.index);
    from = token.index + token[0].length;
    if (token[0] === ';') {
      statements.push(current.trim());
      current = '';
    } else if (!token[0].startsWith('--')) current += token[0];
  }
  return [...statements, (current + text.slice(from)).trim()].filter((statement) => statement !== '');
}
