import { sql } from 'kysely';
import { type Tx } from '../platform/database/index.js';
import { type CarriedName } from './carried-names.js';

/** Keeps what is not kept yet, of each source no more than `most`. */
export async function insertCarriedNames(
  tx: Tx,
  names: readonly CarriedName[],
  at: Date,
  most: number,
): Promise<void> {
  // Sorted, so that two workers who meet the same names wait for each other instead of deadlocking.
  await sql`
    with seen as (
      select n.* from jsonb_to_recordset(${JSON.stringify(names)}::jsonb) as n(source text, kind text, event text, name text)
    ), held as (
      select c.source, count(*) as names from carried_names c where c.source in (select s.source from seen s) group by c.source
    ), placed as (
      select s.*, row_number() over (partition by s.source order by s.kind, s.event, s.name) + coalesce(h.names, 0) as place
      from seen s left join held h on h.source = s.source
    )
    insert into carried_names (source, kind, event, name, first_at)
    select p.source, p.kind, p.event, p.name, ${at} from placed p where p.place <= ${most}
    order by p.source collate "C", p.kind collate "C", p.event collate "C", p.name collate "C"
    on conflict do nothing`.execute(tx);
}
