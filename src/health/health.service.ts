import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Environment } from '../config/environment.js';
import { Database } from '../platform/database/index.js';
import { LlmGateway } from '../platform/llm/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { WorkRelay } from '../platform/work/index.js';
import { PoliciesService } from '../policies/index.js';
import { ping } from './health.read-model.js';

const DATABASE_WITHIN_MS = 2_000;

const part = z.strictObject({ ok: z.boolean(), detail: z.string() });
export const readinessSchema = z
  .strictObject({
    status: z.enum(['ready', 'not_ready']),
    parts: z.strictObject({
      database: part,
      playbook: part,
      work: part,
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
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async readiness(): Promise<Readiness> {
    const parts = {
      database: await this.databasePart(),
      playbook: this.playbookPart(),
      work: this.relay.running
        ? { ok: true, detail: 'the relay is running' }
        : { ok: false, detail: 'the relay is not running' },
      model: this.modelPart(),
      mail: this.mailPart(),
    };
    const ready = parts.database.ok && parts.playbook.ok && parts.work.ok;
    return { status: ready ? 'ready' : 'not_ready', parts };
  }

  private async databasePart(): Promise<Part> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error('late'));
      }, DATABASE_WITHIN_MS);
    });
    try {
      await Promise.race([ping(this.database.db), late]);
      return { ok: true, detail: `${this.database.engine} answers` };
    } catch {
      return { ok: false, detail: `${this.database.engine} does not answer` };
    } finally {
      clearTimeout(timer);
    }
  }

  private playbookPart(): Part {
    try {
      return { ok: true, detail: `bundle ${this.policies.active().hash.slice(0, 12)} is active` };
    } catch {
      return { ok: false, detail: 'no playbook is active' };
    }
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
