import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  ParseIntPipe,
  Post,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../../access/index.js';
import { AuditService } from '../../audit/index.js';
import { type Environment } from '../../config/environment.js';
import { PausesService } from '../../dispatch/index.js';
import { type PauseScope } from '../../dispatch/pause.js';
import { HealthService } from '../../health/index.js';
import { Database, type Executor } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { LlmGateway } from '../../platform/llm/index.js';
import { ENVIRONMENT } from '../../platform/runtime.js';
import { WorkService } from '../../platform/work/index.js';
import { PoliciesService } from '../../policies/index.js';
import { Clock } from '../../shared/clock.js';
import { InboxService } from '../../signals/index.js';
import { type Answer, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { type ModelStatus, OperationsPage, type OperationsProps } from './operations-page.js';
import {
  readAdviceByDay,
  readFailedSignals,
  readInbox,
  readKept,
  readPastPauses,
  readRejectedSignals,
} from './operations.read-model.js';

const SHOWN = 50;
const PAST_PAUSES = 10;
const USAGE_DAYS = 7;
const DAY_MS = 24 * 3_600_000;

const scopeField = z
  .string()
  .regex(/^(everything|marketing|(action|channel):.+)$/)
  .transform((text): PauseScope => {
    if (text === 'everything' || text === 'marketing') return text;
    const [kind, ...target] = text.split(':');
    const id = target.join(':');
    return kind === 'action' ? { action: id } : { channel: id };
  });
const pauseForm = z.object({ scope: scopeField, reason: z.string().trim().min(1).max(500) });

@ApiExcludeController()
@Controller('operations')
@UseInterceptors(PageInterceptor)
export class OperationsController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly work: WorkService,
    private readonly inbox: InboxService,
    private readonly pauses: PausesService,
    private readonly policies: PoliciesService,
    private readonly models: LlmGateway,
    private readonly audit: AuditService,
    private readonly health: HealthService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get()
  @Allow('work.read')
  async show(): Promise<Answer> {
    const { db, engine } = this.database;
    const dead = await this.work.deadLetters(SHOWN);
    return page({
      title: 'Operations',
      section: 'operations',
      body: h(OperationsPage, {
        dead: dead.map((row) => ({
          id: row.id,
          kind: row.kind,
          key: row.key,
          attempts: row.attempts,
          error: row.last_error,
          at: row.due_at,
        })),
        checks: (await this.health.readiness()).checks,
        failed: await readFailedSignals(db, SHOWN),
        rejected: await readRejectedSignals(db, SHOWN),
        work: await this.work.counts(),
        inbox: await readInbox(db),
        kept: await this.kept(db),
        pastPauses: await readPastPauses(db, PAST_PAUSES),
        channels: this.channels(),
        model: await this.model(),
        mail: { server: this.mailServer(), from: this.environment.MAIL_FROM ?? null },
        engine,
      }),
    });
  }

  @Post('work/:id/retry')
  @HttpCode(200)
  @Allow('work.retry')
  async retryWork(@Param('id', ParseIntPipe) id: number, @CurrentActor() actor: Actor): Promise<Answer> {
    const retried = await this.database.transaction(async (tx) => {
      const revived = await this.work.retry(tx, id);
      if (revived)
        await this.audit.record(tx, { actor: actorId(actor), action: 'work.retried', subject: String(id) });
      return revived;
    });
    return redirect(withDone('/operations', retried ? 'retried' : 'nothing_to_retry'));
  }

  @Post('signals/:id/retry')
  @HttpCode(200)
  @Allow('work.retry')
  async retrySignal(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    const retried = await this.database.transaction(async (tx) => {
      const revived = await this.inbox.tryAgain(tx, id);
      if (revived)
        await this.audit.record(tx, { actor: actorId(actor), action: 'signal.retried', subject: id });
      return revived;
    });
    return redirect(withDone('/operations', retried ? 'retried' : 'nothing_to_retry'));
  }

  @Post('pauses')
  @HttpCode(200)
  @Allow('pauses.write')
  async pause(
    @Body({ schema: pauseForm }) form: z.output<typeof pauseForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    await this.database.transaction((tx) => this.pauses.create(tx, form, actorId(actor)));
    return redirect(withDone('/operations', 'pause_created'));
  }

  /** Cancels what the pause kept back, then ends it. */
  @Post('pauses/:id/drop')
  @HttpCode(200)
  @Allow('pauses.write')
  async dropPaused(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.pauses.dropWaiting(id, actorId(actor));
    return this.endPause(id, actor);
  }

  @Post('pauses/:id/end')
  @HttpCode(200)
  @Allow('pauses.write')
  async endPause(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    const pause = await this.database.transaction((tx) => this.pauses.end(tx, id, actorId(actor)));
    if (pause === null) throw new Problem(404, 'no-such-pause', `There is no pause ${id}.`);
    return redirect(withDone('/operations', 'pause_ended'));
  }

  private channels(): string[] {
    try {
      return [...this.policies.active().channels.keys()];
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
  }

  private async kept(db: Executor): Promise<OperationsProps['kept']> {
    const { retention } = this.policies.active().engine;
    return (await readKept(db)).map((row) => ({ ...row, keptFor: retention[row.what] }));
  }

  /** The mail server without the password in its address. */
  private mailServer(): string | null {
    const url = this.environment.SMTP_URL;
    return url === undefined ? null : new URL(url).host;
  }

  private async model(): Promise<ModelStatus> {
    const since = new Date(this.clock.now().getTime() - USAGE_DAYS * DAY_MS).toISOString().slice(0, 10);
    const { available, model, host, circuit, failing } = this.models.describe();
    const usage = await this.models.usageSince(since);
    const advice = await readAdviceByDay(this.database.db, new Date(since));
    return {
      on: available,
      name: model,
      endpoint: host,
      circuit,
      failing,
      usage: usage.map((row) => ({
        day: row.day,
        model: row.model,
        calls: row.calls,
        failures: row.failures,
        tokensIn: row.tokens_in,
        tokensOut: row.tokens_out,
        costMicros: row.cost_micros,
      })),
      advice: new Map(advice.map((row) => [row.day, row])),
      currency: this.policies.active().brand.currency,
    };
  }
}
