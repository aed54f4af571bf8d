import { type Dialect } from 'kysely';
import pg from 'pg';
import { type Db } from './handles.js';

/** What an engine brings besides its SQL. */
export interface OpenedDialect {
  readonly dialect: Dialect;
  maintain(db: Db): Promise<void>;
  image(): Promise<Blob>;
  /** What tells the embedded engine's directory from a copy of it; null elsewhere. */
  directory(): Promise<string | null>;
  close(): Promise<void>;
  /** How many connections there are, how many of them do nothing, and how many callers wait for one. */
  connections(): { readonly total: number; readonly idle: number; readonly waiting: number };
}

const INT8: number = pg.types.builtins.INT8;

/**
 * How values come back from either engine. 64-bit integers are counts and sequence numbers here, far below 2^53, so they are numbers.
 */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((raw: string) => unknown) =>
    oid === INT8
      ? Number
      : (pg.types.getTypeParser as (oid: number, format: string) => (raw: string) => unknown)(
          oid,
          format ?? 'text',
        ),
};
