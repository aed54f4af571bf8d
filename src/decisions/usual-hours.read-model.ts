import { type Executor, prepared } from '../platform/database/index.js';
import { HOURS_A_DAY, type HoursOfDay } from './advice-from-history.js';

const selectUsualHours = prepared<{ hour: number; weight: number }>(
  'decisions.usual_hours',
  'select h.hour, h.weight from usual_hours h',
);

/** Everyone's hours; null while they were not counted. */
export async function readUsualHours(db: Executor): Promise<HoursOfDay | null> {
  const rows = await selectUsualHours(db, []);
  if (rows.length === 0) return null;
  const weights = new Map(rows.map(({ hour, weight }) => [hour, weight]));
  return Array.from({ length: HOURS_A_DAY }, (_, hour) => weights.get(hour) ?? 0);
}
