import { type Kysely, type Transaction } from 'kysely';

/**
 * Tables are not described to Kysely: repositories write SQL with its `sql` tag, and each keeps the row's type beside it.
 */
export interface Tables {
  readonly [undescribed: string]: never;
}
/** A handle to read through outside a transaction. */
export type Db = Kysely<Tables>;
/** An open transaction. Everything inside it goes through this handle and through no other. */
export type Tx = Transaction<Tables>;
/** Either; for reads that may happen in both places. */
export type Executor = Db | Tx;
