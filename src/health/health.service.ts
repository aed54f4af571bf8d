import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { z } from 'zod';
import { type Environment } from '../config/environment.js';
import { ChannelsService } from '../dispatch/index.js';
import { Database, SchemaError } from '../platform/database/index.js';
import { LlmGateway } from '../platform/llm/index.js';
import { Redis } from '../platform/redis/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Log, Metrics } from '../platform/telemetry/index.js';
import { WorkRelay } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { errorCode } from '../shared/errors.js';
import { oldestWaiting, ping } from './health.read-model.js';
import { type Finding, type Status, Watched } from './watched.js';

/** A probe waits so long at most, and only where too little is known. */
const ANSWER_WITHIN_MS = 2_000;
/** The background goes on looking for so long after somebody asked. */
const ASKED_RECENTLY_MS = 90_000;
const ROUND_MS = 1_000;
/** The oldest signal waits no longer than this while the intake keeps up. */
const INBOX_WITHIN_S = 300;
/** The loops that do the work come round within seconds. */
const LOOP_WITHIN_S = 60;

const checkSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'unavailable']),
    detail: z.string(),
    /** Since when it has had this status, as far as this process knows. */
    since: z.iso.datetime(),
  })
  .meta({ id: 'Check' });
export const readinessSchema = z
  .strictObject({
    /** The worst of its checks. */
    status: z.enum(['ok', 'degraded', 'unavailable']),
    checks: z.strictObject({
      database: checkSchema,
      schema: checkSchema,
      playbook: checkSchema,
      work: checkSchema,
      /** From here on never `unavailable`: signals are still taken in while others wait. */
      inbox: checkSchema,
      /** Without it each process does the work it finds. */
      redis: checkSchema,
      /** Without it templates are used. */
      model: checkSchema,
      /** Without it messages wait. */
      mail: checkSchema,
    }),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.output<typeof readinessSchema>;
type Check = z.output<typeof checkSchema>;
type CheckName = keyof Readiness['checks'];

const ok = (detail: string): Finding => ({ status: 'ok', detail });
const degraded = (detail: string): Finding => ({ status: 'degraded', detail });
const unavailable = (detail: string): Finding => ({ status: 'unavailable', detail });

/** Whether this process can do its work now, and what it does without. What is far away is looked at in the background. */
@Injectable()
export class HealthService implements OnModuleDestroy {
  private readonly log = new Log('health');
  private readonly watched: Readonly<Record<'database' | 'schema' | 'inbox' | 'redis' | 'mail', Watched>>;
  private readonly checks = new Map<CheckName, Check>();
  private askedAt = -Infinity;
  private rounds: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly relay: WorkRelay,
    private readonly model: LlmGateway,
    private readonly redis: Redis,
    private readonly channels: ChannelsService,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    const { engine } = database;
    const late = [{ afterMs: ANSWER_WITHIN_MS, means: degraded('it does not answer in time') }];
    this.watched = {
      database: new Watched({
        find: () => this.findDatabase(),
        everyMs: 1_000,
        late: [
          { afterMs: 10_000, means: unavailable(`${engine} does not answer`) },
          { afterMs: ANSWER_WITHIN_MS, means: degraded(`${engine} answers slowly`) },
        ],
      }),
      schema: new Watched({ find: () => this.findSchema(), everyMs: 15_000, late: [] }),
      inbox: new Watched({ find: () => this.findInbox(), everyMs: 2_000, late }),
      redis: new Watched({ find: () => this.findRedis(), everyMs: 1_000, late }),
      mail: new Watched({ find: () => this.findMail(), everyMs: 15_000, late: [] }),
    };
  }

  /** Answers within two seconds whatever is gone, at once while somebody asks regularly. */
  async readiness(): Promise<Readiness> {
    this.askedAt = performance.now();
    this.rounds ??= setInterval(() => {
      this.round();
    }, ROUND_MS).unref();
    const unknown = Object.values(this.watched).filter((each) => each.stale);
    await soon(Promise.all(unknown.map((each) => each.refresh())));
    const checks = {
      database: this.check('database', this.watched.database.finding()),
      schema: this.check('schema', this.watched.schema.finding()),
      playbook: this.check('playbook', this.playbook()),
      work: this.check('work', this.work()),
      inbox: this.check('inbox', this.watched.inbox.finding()),
      redis: this.check('redis', this.watched.redis.finding()),
      model: this.check('model', this.modelFinding()),
      mail: this.check('mail', this.watched.mail.finding()),
    };
    return { status: worst(Object.values(checks).map(({ status }) => status)), checks };
  }

  onModuleDestroy(): void {
    clearInterval(this.rounds);
  }

  private round(): void {
    if (performance.now() - this.askedAt > ASKED_RECENTLY_MS) {
      clearInterval(this.rounds);
      this.rounds = undefined;
      return;
    }
    for (const each of Object.values(this.watched)) void each.refresh();
  }

  /** Remembers since when it is so, and says when it changes. */
  private check(name: CheckName, { status, detail }: Finding): Check {
    const before = this.checks.get(name);
    const since = before?.status === status ? before.since : this.clock.now().toISOString();
    const check = { status, detail, since };
    this.checks.set(name, check);
    if (before !== undefined && before.status !== status)
      this.log[status === 'ok' ? 'info' : 'warn']('health.changed', {
        check: name,
        from: before.status,
        to: status,
      });
    return check;
  }

  private async findDatabase(): Promise<Finding> {
    try {
      await ping(this.database.db);
      return ok(`${this.database.engine} answers`);
    } catch (error) {
      return unavailable(`${this.database.engine} does not answer${coded(error)}`);
    }
  }

  private async findSchema(): Promise<Finding> {
    try {
      await this.database.requireMigrated();
      return ok('it is as this version needs it');
    } catch (error) {
      return error instanceof SchemaError
        ? unavailable(error.message)
        : degraded('the database does not answer');
    }
  }

  private async findInbox(): Promise<Finding> {
    try {
      const oldest = await oldestWaiting(this.database.db);
      if (oldest === null) return ok('no signal waits');
      const seconds = Math.max(0, Math.round((this.clock.now().getTime() - oldest.getTime()) / 1_000));
      const detail = `the oldest signal waits for ${seconds} s`;
      return seconds <= INBOX_WITHIN_S ? ok(detail) : degraded(detail);
    } catch {
      return degraded('the database does not answer');
    }
  }

  private async findRedis(): Promise<Finding> {
    if (!this.redis.configured) return ok('not in use: work stays in the process');
    return (await this.redis.answers())
      ? ok('it answers, and hands the work around')
      : degraded('it does not answer: each process does the work it finds');
  }

  private async findMail(): Promise<Finding> {
    if (this.environment.ROLE === 'api') return ok('workers send it');
    try {
      return (await this.channels.mailAnswers())
        ? ok('the mail server answers')
        : ok('not in use: mail goes to the local outbox');
    } catch (error) {
      return degraded(`the mail server does not answer${coded(error)}: messages wait`);
    }
  }

  private work(): Finding {
    if (this.environment.ROLE === 'api') return ok('workers do it');
    if (!this.relay.running) return unavailable('the loops are not running');
    const stuck = this.metrics.loopsOlderThan(LOOP_WITHIN_S);
    return stuck.length === 0
      ? ok('the loops are running')
      : degraded(`stuck for more than ${LOOP_WITHIN_S} s: ${stuck.join(', ')}`);
  }

  private playbook(): Finding {
    try {
      return ok(`bundle ${this.policies.active().hash.slice(0, 12)} is active`);
    } catch {
      return unavailable('no playbook is active');
    }
  }

  private modelFinding(): Finding {
    const { available, model, circuit, failing } = this.model.describe();
    if (!available) return ok('not in use: templates are used');
    if (circuit !== 'closed')
      return degraded(`${model} failed too often and is left alone for a while: templates are used`);
    if (failing !== null) return degraded(`${model} gave no answer when it was last asked (${failing})`);
    return ok(`${model} is in use`);
  }
}

function worst(statuses: readonly Status[]): Status {
  if (statuses.includes('unavailable')) return 'unavailable';
  return statuses.includes('degraded') ? 'degraded' : 'ok';
}

/** Such as ` (ECONNREFUSED)`; codes name no address. */
function coded(error: unknown): string {
  const code = errorCode(error);
  return /^[A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : '';
}

/** Waits for it, or for as long as a probe may wait. */
async function soon(what: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    what,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ANSWER_WITHIN_MS);
    }),
  ]);
  clearTimeout(timer);
}
