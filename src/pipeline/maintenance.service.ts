import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { CheckupService, CountingService, LinksService } from '../checkup/index.js';
import { PastMessagesService } from '../drafting/index.js';
import { ImportsService } from '../imports/index.js';
import { AnswerHoursService, UsualHoursService } from '../learning/index.js';
import { Database } from '../platform/database/index.js';
import { Log, Metrics } from '../platform/telemetry/index.js';
import { SignalsService } from '../signals/index.js';
import { RetentionService } from './retention.service.js';

const SEAL_EVERY_MS = 1_000;
const TIDY_EVERY_MS = 60 * 60_000;
const DATABASE_EVERY_MS = 5 * 60_000;
const COUNT_EVERY_MS = 60_000;
const PLAYBOOK_EVERY_MS = 5 * 60_000;

/** The housekeeping that nobody waits for: sealing the audit log, partitions ahead of time, the playbook's health, the embedded engine's checkpoints. */
@Injectable()
export class MaintenanceService {
  private readonly log = new Log('maintenance');
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly signals: SignalsService,
    private readonly retention: RetentionService,
    private readonly metrics: Metrics,
    private readonly counting: CountingService,
    private readonly checkup: CheckupService,
    private readonly links: LinksService,
    private readonly imports: ImportsService,
    private readonly past: PastMessagesService,
    private readonly answerHours: AnswerHoursService,
    private readonly usualHours: UsualHoursService,
  ) {}

  /** What has to be there before a signal is taken in. */
  async prepare(): Promise<void> {
    await this.signals.tidy();
    await this.retention.prepare();
  }

  start(): void {
    this.every(SEAL_EVERY_MS, 'seal_audit', async () => {
      await this.audit.sealUnlessAnotherDoes();
      this.metrics.turned('sealing');
    });
    this.every(TIDY_EVERY_MS, 'tidy_signals', () => this.signals.tidy());
    this.every(TIDY_EVERY_MS, 'let_go_of_aged', () => this.retention.apply());
    this.every(TIDY_EVERY_MS, 'let_go_of_imports', () => this.imports.tidy());
    this.every(TIDY_EVERY_MS, 'let_go_of_erased_examples', () => this.past.tidy());
    this.every(COUNT_EVERY_MS, 'count_rules', async () => {
      await this.counting.count();
    });
    this.every(COUNT_EVERY_MS, 'count_answers', async () => {
      await this.answerHours.count();
    });
    this.every(TIDY_EVERY_MS, 'count_usual_hours', async () => {
      await this.usualHours.countIfDue();
    });
    this.every(PLAYBOOK_EVERY_MS, 'look_after_playbook', async () => {
      await this.checkup.lookIfDue();
    });
    this.every(PLAYBOOK_EVERY_MS, 'follow_links', () => this.links.followIfDue());
    this.every(DATABASE_EVERY_MS, 'maintain_database', () => this.database.maintain());
  }

  private every(ms: number, task: string, act: () => Promise<void>): void {
    let busy = false;
    const round = async (): Promise<void> => {
      if (busy) return; // The last round is still at it; two at once would only wait for each other.
      busy = true;
      try {
        await act();
      } catch (error) {
        this.log.error('maintenance.failed', { task, error });
      } finally {
        busy = false;
      }
    };
    this.timers.push(
      setInterval(() => {
        const running = round().finally(() => this.underWay.delete(running));
        this.underWay.add(running);
      }, ms),
    );
  }

  /** Ends the timers, then seals what is left. */
  async stop(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    this.links.stop();
    await Promise.all(this.underWay);
    await this.audit.seal();
  }
}
