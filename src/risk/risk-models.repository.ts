import { sql } from 'kysely';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type RiskModel, riskModelSchema, UNFITTED } from './calibration.js';

/** A model as it was adopted. */
export interface AdoptedModel {
  readonly model: RiskModel;
  readonly verdicts: number;
  readonly brier: number;
  readonly brierBefore: number;
  readonly adoptedBy: string;
  readonly adoptedAt: Date;
}

/** What is in use, as the console tells it. */
export interface ModelInUse {
  readonly model: RiskModel;
  readonly adoptedAt: Date;
  /** A name. */
  readonly by: string;
}

/** The model in use: the one adopted last; the weights as set by hand while there is none. */
export async function selectModel(db: Executor): Promise<RiskModel> {
  const { rows } = await sql<{ model: string }>`
    select m.model from risk_models m order by m.adopted_at desc, m.version desc limit 1`.execute(db);
  return rows[0] === undefined ? UNFITTED : riskModelSchema.parse(JSON.parse(rows[0].model));
}

/** The model in use with when it was adopted, and by whom; null while weights are those set by hand. */
export async function selectAdopted(db: Executor): Promise<ModelInUse | null> {
  const { rows } = await sql<{ model: string; adopted_at: Date; name: string }>`
    select m.model, m.adopted_at, who.name from risk_models m join people who on who.id = m.adopted_by
    order by m.adopted_at desc, m.version desc limit 1`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  return { model: riskModelSchema.parse(JSON.parse(row.model)), adoptedAt: row.adopted_at, by: row.name };
}

/** @returns false when this version was adopted already. */
export async function insertModel(
  tx: Tx,
  adopted: Omit<AdoptedModel, 'adoptedBy'> & { readonly adoptedBy: string; readonly text: string },
): Promise<boolean> {
  const { rows } = await sql<{ version: string }>`
    insert into risk_models (version, model, verdicts, brier, brier_before, adopted_by, adopted_at)
    values (${adopted.model.version}, ${adopted.text}, ${adopted.verdicts}, ${adopted.brier}, ${adopted.brierBefore},
      ${adopted.adoptedBy}, ${adopted.adoptedAt})
    on conflict (version) do nothing
    returning version`.execute(tx);
  return rows.length === 1;
}
