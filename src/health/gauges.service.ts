import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SEVERITIES } from '../checkup/finding.js';
import { countOpenFindings } from '../checkup/index.js';
import { type Environment } from '../config/environment.js';
import { Database } from '../platform/database/index.js';
import { LlmGateway } from '../platform/llm/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Log, Metrics } from '../platform/telemetry/index.js';
import { WorkService } from '../platform/work/index.js';
import { Clock } from '../shared/clock.js';
import {
  countWaitingSignals,
  deadWork,
  dueWork,
  gatesByState,
  gatesFallen,
  oldestDueTimer,
  oldestWaiting,
  openMessages,
  openReviews,
} from './health.read-model.js';
import { HealthService } from './health.service.js';

/** Scrapers that come more often read the last figures. */
const FRESH_MS = 5_000;
/** A scrape waits so long for the database, and then goes without. */
const WITHIN_MS = 2_000;
const STATUSES = ['ok', 'degraded', 'unavailable'] as const;
const REVIEW_STATES = ['pending', 'claimed', 'awaiting_second'] as const;
const CIRCUITS = ['closed', 'open', 'half_open'] as const;
/** What is only known from the database; without it nothing is better than what was true some time ago. */
const DAY_MS = 86_400_000;
const GATE_CODES = ['gate.misses', 'gate.drift', 'gate.changed', 'gate.withdrawn'] as const;
const FROM_DATABASE = [
  'countersign_inbox_signals',
  'countersign_inbox_oldest_seconds',
  'countersign_timers_oldest_due_seconds',
  'countersign_work_waiting',
  'countersign_work_oldest_seconds',
  'countersign_work_dead',
  'countersign_gates',
  'countersign_gates_fallen',
  'countersign_playbook_findings',
  'countersign_reviews_open',
  'countersign_reviews_oldest_seconds',
  'countersign_messages_open',
] as const;

/** Brings into the metrics, whenever they are read, what nobody counts as it happens: what lies in the database, and how things are. */
@Injectable()
export class GaugesService implements OnModuleInit {
  private readonly log = new Log('metrics');
  private readAt = -Infinity;
  private reading: Promise<boolean> | null = null;

  constructor(
    private readonly metrics: Metrics,
    private readonly database: Database,
    private readonly work: WorkService,
    private readonly model: LlmGateway,
    private readonly health: HealthService,
    private readonly clock: Clock,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  onModuleInit(): void {
    const labels = { engine: this.database.engine, role: this.environment.ROLE };
    this.metrics.set('countersign_info', [{ labels, value: 1 }]);
    this.metrics.beforeReading(async () => {
      this.ofProcess();
      await Promise.all([this.ofChecks(), this.ofDatabase()]);
    });
  }

  private ofProcess(): void {
    const { total, idle, waiting } = this.database.connections();
    this.metrics.set('countersign_database_connections', [
      { labels: { state: 'idle' }, value: idle },
      { labels: { state: 'used' }, value: total - idle },
      { labels: { state: 'waiting' }, value: waiting },
    ]);
    const { available, circuit } = this.model.describe();
    this.metrics.set(
      'countersign_model_circuit',
      available ? CIRCUITS.map((state) => ({ labels: { state }, value: Number(state === circuit) })) : [],
    );
  }

  private async ofChecks(): Promise<void> {
    const { checks } = await this.health.readiness();
    this.metrics.set(
      'countersign_check_status',
      Object.entries(checks).flatMap(([check, found]) =>
        STATUSES.map((status) => ({ labels: { check, status }, value: Number(status === found.status) })),
      ),
    );
  }

  /** One reading at a time: a database that does not answer is not asked again and again. */
  private async ofDatabase(): Promise<void> {
    if (performance.now() - this.readAt < FRESH_MS) return;
    this.reading ??= this.read()
      .then(
        () => true,
        (error: unknown) => {
          this.log.warn('metrics.database_unread', { error });
          return false;
        },
      )
      .finally(() => {
        this.reading = null;
      });
    const counted = await within(WITHIN_MS, this.reading);
    this.metrics.set('countersign_database_counted', [{ labels: {}, value: Number(counted) }]);
    if (!counted) for (const name of FROM_DATABASE) this.metrics.set(name, []);
  }

  private async read(): Promise<void> {
    const { db } = this.database;
    const now = this.clock.now();
    const age = (since: Date | null): number =>
      since === null ? 0 : Math.max(0, (now.getTime() - since.getTime()) / 1_000);
    const waiting = await countWaitingSignals(db);
    const oldest = await oldestWaiting(db);
    const timer = await oldestDueTimer(db, now);
    const due = await dueWork(db, this.work.kinds(), now);
    const dead = new Map((await deadWork(db)).map(({ kind, count }) => [kind, count]));
    const gates = await gatesByState(db);
    const fallen = new Map(
      (await gatesFallen(db, new Date(now.getTime() - DAY_MS))).map(({ code, count }) => [code, count]),
    );
    const findings = new Map((await countOpenFindings(db)).map(({ severity, count }) => [severity, count]));
    const reviews = await openReviews(db);
    const messages = await openMessages(db);
    const { metrics } = this;
    metrics.set('countersign_inbox_signals', [{ labels: {}, value: waiting }]);
    metrics.set('countersign_inbox_oldest_seconds', [{ labels: {}, value: age(oldest) }]);
    metrics.set('countersign_timers_oldest_due_seconds', [{ labels: {}, value: age(timer) }]);
    metrics.set(
      'countersign_work_waiting',
      due.map(({ kind, count }) => ({ labels: { kind }, value: count })),
    );
    metrics.set(
      'countersign_work_oldest_seconds',
      due.map(({ kind, since }) => ({ labels: { kind }, value: age(since) })),
    );
    metrics.set(
      'countersign_work_dead',
      due.map(({ kind }) => ({ labels: { kind }, value: dead.get(kind) ?? 0 })),
    );
    metrics.set('countersign_gates', [
      { labels: { state: 'open' }, value: gates.open },
      { labels: { state: 'closed' }, value: gates.closed },
    ]);
    metrics.set(
      'countersign_gates_fallen',
      GATE_CODES.map((code) => ({ labels: { code }, value: fallen.get(code) ?? 0 })),
    );
    metrics.set(
      'countersign_playbook_findings',
      SEVERITIES.map((severity) => ({ labels: { severity }, value: findings.get(severity) ?? 0 })),
    );
    metrics.set(
      'countersign_reviews_open',
      REVIEW_STATES.map((state) => ({
        labels: { state },
        value: reviews.find((row) => row.state === state)?.count ?? 0,
      })),
    );
    const since = reviews.map((row) => row.since.getTime());
    metrics.set('countersign_reviews_oldest_seconds', [
      { labels: {}, value: since.length === 0 ? 0 : age(new Date(Math.min(...since))) },
    ]);
    metrics.set(
      'countersign_messages_open',
      messages.map(({ state, channel, count }) => ({ labels: { state, channel }, value: count })),
    );
    this.readAt = performance.now();
  }
}

/** @returns what it comes to, or false when that takes longer. */
async function within(ms: number, what: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, ms);
  });
  const answer = await Promise.race([what, late]);
  clearTimeout(timer);
  return answer;
}
