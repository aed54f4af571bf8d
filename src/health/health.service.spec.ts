import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { openTestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { type Database, DatabaseModule } from '../platform/database/index.js';
import { ChannelsService } from '../dispatch/index.js';
import { LlmGateway } from '../platform/llm/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import { Redis } from '../platform/redis/index.js';
import { WorkRelay } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import { HealthService } from './health.service.js';

interface Parts {
  playbook?: boolean;
  running?: boolean;
  model?: { available: boolean; circuit: string; failing?: string };
  mail?: () => Promise<boolean>;
  environment?: Record<string, string>;
}

describe('readiness', () => {
  async function started(
    parts: Parts = {},
  ): Promise<{ health: HealthService; database: Database; close: () => Promise<void> }> {
    const opened = await openTestDatabase();
    const runtime = testRuntime(new TestClock('2026-11-02T09:00:00Z'), parts.environment);
    const module = await Test.createTestingModule({
      imports: [DatabaseModule.of(opened.database), RuntimeModule.of(runtime)],
      providers: [
        HealthService,
        {
          provide: PoliciesService,
          useValue: {
            active: () => {
              if (parts.playbook === false) throw new Error('none');
              return { hash: 'abcdef' };
            },
          },
        },
        Redis,
        { provide: WorkRelay, useValue: { running: parts.running ?? true } },
        Metrics,
        {
          provide: ChannelsService,
          useValue: { mailAnswers: parts.mail ?? (() => Promise.resolve(false)) },
        },
        {
          provide: LlmGateway,
          useValue: {
            describe: () => ({
              model: 'm',
              failing: null,
              ...(parts.model ?? { available: false, circuit: 'closed' }),
            }),
          },
        },
      ],
    }).compile();
    const close = async (): Promise<void> => {
      await module.close();
      await opened.close();
    };
    return { health: module.get(HealthService), database: opened.database, close };
  }
  const look = async (parts: Parts): Promise<string> => {
    const { health, close } = await started(parts);
    const { status, checks } = await health.readiness();
    await close();
    const missing = Object.entries(checks).filter(([, check]) => check.status !== 'ok');
    return [status, ...missing.map(([name, check]) => `${name}:${check.status}`)].join(' ');
  };

  it('needs no model and no mail server', async () => {
    expect(await look({})).toBe('ok');
    expect(await look({ model: { available: true, circuit: 'closed' } })).toBe('ok');
    expect(await look({ mail: () => Promise.resolve(true) })).toBe('ok');
  });

  it('does without a model or a mail server that is gone, and says so', async () => {
    expect(await look({ model: { available: true, circuit: 'open' } })).toBe('degraded model:degraded');
    expect(await look({ model: { available: true, circuit: 'closed', failing: 'timeout' } })).toBe(
      'degraded model:degraded',
    );
    const gone = Object.assign(new Error('connect to mail.example.com'), { code: 'ECONNREFUSED' });
    const { health, close } = await started({ mail: () => Promise.reject(gone) });
    const { status, checks } = await health.readiness();
    await close();
    expect([status, checks.mail.detail]).toEqual([
      'degraded',
      'the mail server does not answer (ECONNREFUSED): messages wait',
    ]);
  });

  it('needs a playbook and the loops', async () => {
    expect(await look({ playbook: false })).toBe('unavailable playbook:unavailable');
    expect(await look({ running: false })).toBe('unavailable work:unavailable');
  });

  it('leaves loops and mail to the workers where requests are answered', async () => {
    const { health, close } = await started({
      running: false,
      mail: () => Promise.reject(new Error('gone')),
      environment: {
        ROLE: 'api',
        DATABASE_URL: 'postgres://127.0.0.1/countersign',
        SECRET_KEYS: 'the-same-for-every-process-of-a-test',
      },
    });
    const { status, checks } = await health.readiness();
    await close();
    expect([status, checks.work.detail, checks.mail.detail]).toEqual([
      'ok',
      'workers do it',
      'workers send it',
    ]);
  });

  it('does without Redis, and says so', async () => {
    const shared = { SECRET_KEYS: 'the-same-for-every-process-of-a-test' };
    // Nobody listens at port 1.
    expect(await look({ environment: { REDIS_URL: 'redis://127.0.0.1:1', ...shared } })).toBe(
      'degraded redis:degraded',
    );
    expect(await look({ environment: { REDIS_URL: '' } })).toBe('ok');
  });

  it('needs the database', async () => {
    const { health, close } = await started();
    expect((await health.readiness()).checks.database.status).toBe('ok');
    await close();
    const after = await started();
    await after.close();
    const { status, checks } = await after.health.readiness();
    expect([status, checks.database.status, checks.inbox.status]).toEqual([
      'unavailable',
      'unavailable',
      'degraded',
    ]);
  });

  it('tells for how long the oldest signal waits, and still takes in others', async () => {
    const quiet = await started();
    expect((await quiet.health.readiness()).checks.inbox).toMatchObject({
      status: 'ok',
      detail: 'no signal waits',
    });
    await quiet.close();
    const { health, database, close } = await started();
    for (const [partition, at] of [
      [3, '2026-11-02T08:59:30Z'],
      [7, '2026-11-02T08:54:00Z'],
      [7, '2026-11-02T08:59:00Z'],
    ])
      await sql`insert into signal_inbox (partition, signal_id, received_at) values (${partition}, 's', ${at})`.execute(
        database.db,
      );
    const { status, checks } = await health.readiness();
    await close();
    expect(status).toBe('degraded');
    expect(checks.inbox).toMatchObject({ status: 'degraded', detail: 'the oldest signal waits for 360 s' });
  });

  it('finds a schema that was taken away under its feet', async () => {
    const { health, database, close } = await started();
    await sql`delete from schema_migrations where name = '0001_platform.sql' or name = '0001_platform'`.execute(
      database.db,
    );
    const { status, checks } = await health.readiness();
    await close();
    expect([status, checks.schema.status]).toEqual(['unavailable', 'unavailable']);
    expect(checks.schema.detail).toContain('0001_platform');
  });

  it('names the engine it runs on, and since when it is so', async () => {
    const { health, close } = await started();
    const { checks } = await health.readiness();
    await close();
    expect(checks.database.detail).toMatch(/^(embedded|postgres) answers$/);
    expect(checks.database.since).toBe('2026-11-02T09:00:00.000Z');
  });
});
