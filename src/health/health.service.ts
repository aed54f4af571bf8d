import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Environment } from '../config/environment.js';
import { Database } from '../platform/database/index.js';
import { LlmGateway } from '../platform/llm/index.js';
import { Redis } from '../platform/redis/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { WorkRelay } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { oldestWaiting, ping } from './health.read-model.js';

const DATABASE_WITHIN_MS = 2_000;

/** The oldest signal waits no longer than this while the intake keeps up. */
const INBOX_WITHIN_S = 300;

const part = z.strictObject({ ok: z.boolean(), detail: z.string() });
export const readinessSchema = z
  .strictObject({
    status: z.enum(['ready', 'not_ready']),
    parts: z.strictObject({
      database: part,
      playbook: part,
      work: part,
      /** Only reported: signals are still taken in while others wait. */
      inbox: part,
      /** Only reported: without it each process does the work it finds. */
      redis: part,
      /** Only reported: without a model, templates are used. */
      model: part,
      /** Only reported: without a mail server, mail goes to the local outbox. */
      mail: part,
    }),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.output<typeof readinessSchema>;
type Part = z.output<typeof part>;

/** Whether this process can do its work now. */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly relay: WorkRelay,
    private readonly model: LlmGateway,
    private readonly redis: Redis,
    private readonly clock: Clock,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async readiness(): Promise<Readiness> {
    const parts = {
      database: await this.databasePart(),
      playbook: this.playbookPart(),
      work: this.workPart(),
      inbox: await this.inboxPart(),
      redis: await this.redisPart(),
      model: this.modelPart(),
      mail: this.mailPart(),
    };
    const ready = parts.database.ok && parts.playbook.ok && parts.work.ok;
    return { status: ready ? 'ready' : 'not_ready', parts };
  }

  private async databasePart(): Promise<Part> {
    try {
      await soon(ping(this.database.db));
      return { ok: true, detail: `${this.database.engine} answers` };
    } catch {
      return { ok: false, detail: `${this.database.engine} does not answer` };
    }
  }

  private async inboxPart(): Promise<Part> {
    try {
      const oldest = await soon(oldestWaiting(this.database.db));
      if (oldest === null) return { ok: true, detail: 'no signal waits' };
      const seconds = Math.max(0, Math.round((this.clock.now().getTime() - oldest.getTime()) / 1_000));
      return { ok: seconds <= INBOX_WITHIN_S, detail: `the oldest signal waits for ${seconds} s` };
    } catch {
      return { ok: false, detail: 'it cannot be looked at' };
    }
  }

  private workPart(): Part {
    if (this.environment.ROLE === 'api') return { ok: true, detail: 'workers do it' };
    return this.relay.running
      ? { ok: true, detail: 'the relay is running' }
      : { ok: false, detail: 'the relay is not running' };
  }

  private playbookPart(): Part {
    try {
      return { ok: true, detail: `bundle ${this.policies.active().hash.slice(0, 12)} is active` };
    } catch {
      return { ok: false, detail: 'no playbook is active' };
    }
  }

  private async redisPart(): Promise<Part> {
    if (!this.redis.configured) return { ok: true, detail: 'not in use: work stays in the process' };
    return (await this.redis.answers())
      ? { ok: true, detail: 'it answers, and hands the work around' }
      : { ok: false, detail: 'it does not answer: each process does the work it finds' };
  }

  private modelPart(): Part {
    const { available, model, circuit } = this.model.describe();
    if (!available) return { ok: false, detail: 'no model is configured: templates are used' };
    return circuit === 'closed'
      ? { ok: true, detail: `${model} is in use` }
      : { ok: false, detail: `${model} failed too often and is left alone for a while: templates are used` };
  }

  private mailPart(): Part {
    return this.environment.SMTP_URL === undefined
      ? { ok: true, detail: 'no mail server is configured: mail goes to the local outbox' }
      : { ok: true, detail: 'mail goes through SMTP_URL' };
  }
}

/** @throws when the database takes too long. */
async function soon<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('late'));
    }, DATABASE_WITHIN_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
