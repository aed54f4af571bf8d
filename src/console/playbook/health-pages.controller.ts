import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { CheckupViews } from '../../checkup/index.js';
import { type Answer, page } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { HealthPage, RULE_DAYS } from './health-page.js';

const FINDINGS = 200;
const query = z.object({
  state: z.enum(['open', 'resolved']).catch('open'),
  owner: z.string().min(1).max(200).optional().catch(undefined),
  days: z.coerce.number().pipe(z.literal(RULE_DAYS)).catch(RULE_DAYS[0]),
});

@ApiExcludeController()
@Controller('playbook/health')
@UseInterceptors(PageInterceptor)
export class HealthPagesController {
  constructor(private readonly views: CheckupViews) {}

  @Get()
  @Allow('policies.read')
  async show(@Query({ schema: query }) given: z.output<typeof query>): Promise<Answer> {
    const { state, days } = given;
    const owner = given.owner ?? null;
    const rows = await this.views.findings({ state, owner, after: null, limit: FINDINGS });
    return page({
      title: 'Health of the playbook',
      section: 'playbook',
      body: h(HealthPage, {
        health: await this.views.health(),
        state,
        owner,
        owners: await this.views.owners(state),
        findings: rows.slice(0, FINDINGS),
        more: rows.length > FINDINGS,
        days,
        use: await this.views.rules(days),
      }),
    });
  }
}
