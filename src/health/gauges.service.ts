import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { Log, Metrics } from '../platform/telemetry/index.js';
import { WorkService } from '../platform/work/index.js';
import { Clock } from '../shared/clock.js';
import {
  decisionsSince,
  inboxDepth,
  messagesByState,
  modelCalls,
  reviewsByState,
} from './health.read-model.js';

/** Counting costs a scan: scrapers that come more often read the last figures. */
const FRESH_MS = 5_000;
const HOUR_MS = 3_600_000;

/** Brings what lies in the database into the metrics whenever they are read. */
@Injectable()
export class GaugesService implements OnModuleInit {
  private readonly log = new Log('metrics');
  private readAt = -FRESH_MS;

  constructor(
    private readonly metrics: Metrics,
    private readonly database: Database,
    private readonly work: WorkService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.metrics.beforeReading(() => this.refresh());
  }

  private async refresh(): Promise<void> {
    if (performance.now() - this.readAt < FRESH_MS) return;
    this.readAt = performance.now();
    try {
      await this.read();
    } catch (error) {
      // The process's own figures are worth most when the database is gone.
      this.log.warn('metrics.database_unread', { error });
    }
  }

  private async read(): Promise<void> {
    const { db } = this.database;
    const work = await this.work.counts();
    this.metrics.set(
      'countersign_work_rows',
      'Rows of durable work by kind and state',
      work.map(({ kind, state, count }) => ({ labels: { kind, state }, value: count })),
    );
    this.gauge(
      'countersign_inbox_signals',
      'Signals waiting to be applied',
      'partition',
      await inboxDepth(db),
    );
    this.gauge('countersign_messages', 'Messages by state', 'state', await messagesByState(db));
    const model = await modelCalls(db);
    this.gauge('countersign_model_calls', 'Calls of the model since the first day', 'model', model.calls);
    this.gauge('countersign_model_failures', 'Calls of the model that failed', 'model', model.failures);
    this.gauge('countersign_reviews', 'Review items by state', 'state', await reviewsByState(db));
    this.gauge(
      'countersign_decisions_last_hour',
      'Decisions of the last hour by outcome',
      'outcome',
      await decisionsSince(db, new Date(this.clock.now().getTime() - HOUR_MS)),
    );
  }

  private gauge(name: string, help: string, label: string, rows: { name: string; count: number }[]): void {
    this.metrics.set(
      name,
      help,
      rows.map((row) => ({ labels: { [label]: row.name }, value: row.count })),
    );
  }
}
