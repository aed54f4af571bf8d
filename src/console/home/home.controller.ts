import { Controller, Get, Inject, Query, UseFilters, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { type Actor, Allow, CurrentActor, may } from '../../access/index.js';
import { type Environment } from '../../config/environment.js';
import { Database } from '../../platform/database/index.js';
import { ENVIRONMENT } from '../../platform/runtime.js';
import { PoliciesService } from '../../policies/index.js';
import { Clock } from '../../shared/clock.js';
import { type Answer, page } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { readAnswerable, readQueue, WAITING_STATES } from '../reviews/queue.read-model.js';
import { SealedReader } from '../sealed-reader.service.js';
import { readTasks } from '../tasks/tasks.read-model.js';
import { AuditPage } from './audit-page.js';
import { HomePage } from './home-page.js';
import { hasDecisions, readAudit, readFallenGates, readOutcomes, readSealState } from './home.read-model.js';
import { readModelTrouble } from './model-trouble.read-model.js';
import { SignInFilter } from './sign-in.filter.js';

const DAY_MS = 24 * 3_600_000;
const SHOWN = 6;
/** For so long a gate that fell is told of, unless it is opened again. */
const FALLEN_DAYS = 14;
const AUDIT_LIMIT = 100;
const auditQuery = z.object({
  before: z.coerce.number().int().positive().optional().catch(undefined),
  subject: z.string().max(200).optional(),
  actor: z.string().max(200).optional(),
});

@ApiExcludeController()
@Controller()
@UseInterceptors(PageInterceptor)
export class HomeController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reader: SealedReader,
    private readonly policies: PoliciesService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get()
  @Allow('any')
  @UseFilters(SignInFilter)
  async home(@CurrentActor() actor: Actor): Promise<Answer> {
    const { db } = this.database;
    const now = this.clock.now();
    const me = actor.kind === 'person' ? actor.personId : null;
    const request = { states: WAITING_STATES, me, now, limit: SHOWN, closed: false };
    const answerable = may(actor.role, 'reviews.decide') ? await readAnswerable(db, me, now) : [];
    return page({
      title: 'Home',
      section: 'home',
      body: h(HomePage, {
        outcomes: await readOutcomes(db, this.reader, new Date(now.getTime() - DAY_MS)),
        reviews: await readQueue(db, this.reader, request),
        tasks: await readTasks(db, this.reader, { state: 'open', owner: null, limit: SHOWN }),
        first: answerable[0] ?? null,
        threshold: this.policies.activeIfAny()?.engine.riskThreshold ?? null,
        fallen: await readFallenGates(db, new Date(now.getTime() - FALLEN_DAYS * DAY_MS)),
        trouble: await readModelTrouble(db, new Date(now.getTime() - DAY_MS)),
        fresh: !(await hasDecisions(db)),
        publicUrl: this.environment.publicUrl,
        modelOn: this.environment.OPENAI_API_KEY !== undefined,
      }),
    });
  }

  @Get('audit')
  @Allow('audit.read')
  async audit(@Query({ schema: auditQuery }) query: z.output<typeof auditQuery>): Promise<Answer> {
    const { db } = this.database;
    const subject = query.subject ?? null;
    const lines = await readAudit(db, {
      before: query.before ?? null,
      actor: query.actor ?? null,
      subject,
      limit: AUDIT_LIMIT + 1,
    });
    const shown = lines.slice(0, AUDIT_LIMIT);
    const last = shown.at(-1);
    const about = subject === null ? '' : `&subject=${encodeURIComponent(subject)}`;
    return page({
      title: 'Audit log',
      section: 'audit',
      body: h(AuditPage, {
        lines: shown,
        older: lines.length > AUDIT_LIMIT && last !== undefined ? `/audit?before=${last.seq}${about}` : null,
        seal: await readSealState(db),
        subject,
      }),
    });
  }
}
