import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Environment } from '../config/environment.js';
import { type Executor } from '../platform/database/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { type Bundle } from '../policies/bundle.js';
import { reviewedActions } from './needs.js';
import { type ExpectedReview, type Situation } from './situation.js';

const DAY_MS = 86_400_000;
/** Reviews of so many days are measured: teams and their hours change. */
const MEASURED_DAYS = 28;
/** From so many on the middle one says more than the playbook does. */
const ENOUGH_REVIEWS = 10;
/** Measured once in so long: a median moves slowly. */
const MEASURED_FOR_MS = 10 * 60_000;

interface Measured {
  readonly at: number;
  readonly byAction: ReadonlyMap<string, { readonly medianMs: number; readonly measured: number }>;
}

/** How long it takes until a person has signed what an action drafts. */
@Injectable()
export class ReviewTimes {
  private known: Measured | null = null;

  constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

  /** @returns null when the playbook gives no action that is up a review time. */
  async read(
    db: Executor,
    bundle: Bundle,
    situation: Situation,
  ): Promise<Record<string, ExpectedReview> | null> {
    const actions = reviewedActions(bundle, situation);
    if (actions.length === 0) return null;
    const byAction = await this.measured(db, Date.parse(situation.now));
    const isModelThere = this.environment.OPENAI_API_KEY !== undefined;
    return Object.fromEntries(
      actions.map(({ id, draft }) => [
        id,
        {
          always: isModelThere && draft.mode === 'model',
          medianMs: byAction.get(id)?.medianMs ?? null,
          measured: byAction.get(id)?.measured ?? 0,
        },
      ]),
    );
  }

  private async measured(db: Executor, now: number): Promise<Measured['byAction']> {
    if (this.known === null || Math.abs(now - this.known.at) >= MEASURED_FOR_MS) {
      const rows = await selectReviewTimes(db, new Date(now - MEASURED_DAYS * DAY_MS), new Date(now));
      const byAction = new Map(rows.map(({ action, median, measured }) => [action, { medianMs: Math.round(median), measured }])); // prettier-ignore
      this.known = { at: now, byAction };
    }
    return this.known.byAction;
  }
}

/** The middle time from decision to a person's first approval, in milliseconds, of actions with enough of them. */
async function selectReviewTimes(
  db: Executor,
  since: Date,
  until: Date,
): Promise<{ action: string; median: number; measured: number }[]> {
  const { rows } = await sql<{ action: string; median: number; measured: number }>`
    select m.action, count(*)::int as measured,
      (percentile_disc(0.5) within group (order by extract(epoch from s.at - m.created_at)) * 1000)::float8 as median
    from (
      select r.message_id, min(r.closed_at) as at from reviews r
      where r.state = 'approved' and r.closed_at >= ${since} and r.closed_at <= ${until}
      group by r.message_id
    ) s join messages m on m.id = s.message_id
    group by m.action having count(*) >= ${ENOUGH_REVIEWS}`.execute(db);
  return rows;
}
