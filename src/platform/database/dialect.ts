import { type Dialect, type Kysely } from 'kysely';
import pg from 'pg';

/** What an engine brings besides its SQL. */
export interface OpenedDialect {
  readonly dialect: Dialect;
  maintain(db: Kysely<Record<never, never>>): Promise<void>;
  image(): Promise<Blob>;
  close(): Promise<void>;
}

const INT8 = 20;

/**
 * How values come back from either engine. 64-bit integers are counts and sequence numbers here, far below 2^53, so they are numbers.
 */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8
      ? (text: string) => Number(text)
      : pg.types.getTypeParser(oid, format ?? 'text')) as typeof pg.types.getTypeParser,
};
