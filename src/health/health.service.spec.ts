import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { openTestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { type Database, DatabaseModule } from '../platform/database/index.js';
import { LlmGateway } from '../platform/llm/index.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import { Redis } from '../platform/redis/index.js';
import { WorkRelay } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import { HealthService } from './health.service.js';

interface Parts {
  playbook?: boolean;
  running?: boolean;
  model?: { available: boolean; circuit: string };
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
        {
          provide: LlmGateway,
          useValue: {
            describe: () => ({ model: 'm', ...(parts.model ?? { available: false, circuit: 'closed' }) }),
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
    const { status, parts: found } = await health.readiness();
    await close();
    const missing = Object.entries(found).filter(([, part]) => !part.ok);
    return [status, ...missing.map(([name]) => name)].join(' ');
  };

  it('needs no model and no mail server', async () => {
    expect(await look({})).toBe('ready model');
    expect(await look({ model: { available: true, circuit: 'open' } })).toBe('ready model');
    expect(await look({ model: { available: true, circuit: 'closed' } })).toBe('ready');
  });

  it('needs a playbook and the relay', async () => {
    expect(await look({ playbook: false })).toBe('not_ready playbook model');
    expect(await look({ running: false })).toBe('not_ready work model');
  });

  it('does without Redis, and says so', async () => {
    const shared = { SECRET_KEYS: 'the-same-for-every-process-of-a-test' };
    // Nobody listens at port 1.
    expect(await look({ environment: { REDIS_URL: 'redis://127.0.0.1:1', ...shared } })).toBe(
      'ready redis model',
    );
    expect(await look({ environment: { REDIS_URL: '' } })).toBe('ready model');
  });

  it('needs the database', async () => {
    const { health, close } = await started();
    expect((await health.readiness()).parts.database.ok).toBe(true);
    await close();
    const after = await health.readiness();
    expect([after.status, after.parts.database.ok]).toEqual(['not_ready', false]);
    expect(after.parts.inbox.ok).toBe(false);
  });

  it('tells for how long the oldest signal waits, and still takes in others', async () => {
    const { health, database, close } = await started();
    expect((await health.readiness()).parts.inbox).toEqual({ ok: true, detail: 'no signal waits' });
    for (const [partition, at] of [
      [3, '2026-11-02T08:59:30Z'],
      [7, '2026-11-02T08:54:00Z'],
      [7, '2026-11-02T08:59:00Z'],
    ])
      await sql`insert into signal_inbox (partition, signal_id, received_at) values (${partition}, 's', ${at})`.execute(
        database.db,
      );
    const { status, parts } = await health.readiness();
    expect(status).toBe('ready');
    expect(parts.inbox).toEqual({ ok: false, detail: 'the oldest signal waits for 360 s' });
    await close();
  });

  it('names the engine it runs on', async () => {
    const { health, close } = await started();
    expect((await health.readiness()).parts.database.detail).toMatch(/^(embedded|postgres) answers$/);
    await close();
  });
});
