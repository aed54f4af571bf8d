import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Database, dropBefore, makeMonths, type MonthlyTable } from '../platform/database/index.js';
import { PoliciesService } from '../policies/index.js';
import { type EngineSettings } from '../policies/playbook.js';
import { AffectedPeople } from '../rehearsal/index.js';
import { Clock, durationMs } from '../shared/clock.js';
import { emptyDrafts, emptySituations, isFormerGone, noteFormerGone } from './retention.repository.js';

const MONTHS_AHEAD = 2;

type What = keyof EngineSettings['retention'];

/** What ages out, and where it lies. The months of `signals` are made where signals are taken in. */
const TABLES: Readonly<Record<What, MonthlyTable>> = {
  signals: { name: 'signals', by: 'received_at' },
  situations: { name: 'situations', by: 'created_at' },
  drafts: { name: 'draft_contents', by: 'written_at' },
};

/**
 * Lets signals, situations and drafts go when the time that the playbook keeps them for is over: month by month, dropped and not deleted. And
 * what was found out from them about people.
 */
@Injectable()
export class RetentionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly audit: AuditService,
    private readonly affected: AffectedPeople,
  ) {}

  /** Makes the partitions that will be written to. */
  async prepare(): Promise<void> {
    const now = this.clock.now();
    await makeMonths(this.database, TABLES.situations, now, MONTHS_AHEAD);
    await makeMonths(this.database, TABLES.drafts, now, MONTHS_AHEAD);
  }

  /** Drops what is older than it is kept, and writes down what that was. */
  async apply(): Promise<void> {
    await this.prepare();
    const { retention } = this.policies.active().engine;
    const former = !(await isFormerGone(this.database.db));
    for (const [what, table] of Object.entries(TABLES) as [What, MonthlyTable][]) {
      const before = this.before(retention[what]);
      const dropped = await dropBefore(this.database, table, before);
      const rows = dropped.rows + (former ? await this.emptyFormer(what, before) : 0);
      if (dropped.partitions.length > 0 || rows > 0)
        await this.record(what, { kept: retention[what], before, rows, partitions: dropped.partitions });
    }
    await this.letGoOfLists(retention);
    if (former) {
      const oldest = Math.min(
        this.before(retention.situations).getTime(),
        this.before(retention.drafts).getTime(),
      );
      await noteFormerGone(this.database.db, new Date(oldest));
    }
  }

  /** What a replay says of a person rests on the situation it decided again, and a simulation on signals: it goes when they do. */
  private async letGoOfLists({ situations, signals }: EngineSettings['retention']): Promise<void> {
    const before = { decisions: this.before(situations), simulations: this.before(signals) };
    const gone = await this.affected.letGo(before);
    if (gone.replays > 0)
      await this.recordRows('replay_affected', situations, before.decisions, gone.replays);
    if (gone.simulations > 0)
      await this.recordRows('simulation_affected', signals, before.simulations, gone.simulations);
  }

  private recordRows(what: string, kept: string, before: Date, rows: number): Promise<void> {
    return this.record(what, { kept, before, partitions: [], rows });
  }

  private before(kept: string): Date {
    return new Date(this.clock.now().getTime() - durationMs(kept));
  }

  /** The release before kept them in the rows that stay: there they are emptied, a few at a time. */
  private async emptyFormer(what: What, before: Date): Promise<number> {
    if (what === 'signals') return 0;
    const empty = what === 'situations' ? emptySituations : emptyDrafts;
    let emptied = 0;
    for (let some = 1; some > 0; emptied += some) some = await empty(this.database.db, before);
    return emptied;
  }

  private record(
    what: string,
    done: { kept: string; before: Date; partitions: string[]; rows: number },
  ): Promise<void> {
    return this.database.transaction((tx) =>
      this.audit.record(tx, {
        actor: 'system',
        action: 'retention.applied',
        subject: what,
        detail: { ...done, before: done.before.toISOString() },
      }),
    );
  }
}
