import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import { decodeCursor, encodeCursor, Problem } from '../../platform/http/index.js';
import { cursorField } from '../forms.js';
import { type Answer, page } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { SealedReader } from '../sealed-reader.service.js';
import { readDecision } from './decision.read-model.js';
import { DecisionPage, DecisionsPage } from './decisions-pages.js';
import { readDecisions } from './decisions.read-model.js';
import { Explainer } from './explainer.service.js';

const LIMIT = 50;
const decisionsQuery = z.object({
  outcome: z.enum(['act', 'hold', 'handoff']).optional().catch(undefined),
  action: z.string().max(200).optional(),
  cursor: cursorField,
});

@ApiExcludeController()
@Controller('decisions')
@UseInterceptors(PageInterceptor)
export class DecisionsPagesController {
  constructor(
    private readonly database: Database,
    private readonly reader: SealedReader,
    private readonly explainer: Explainer,
  ) {}

  @Get()
  @Allow('decisions.read')
  async list(@Query({ schema: decisionsQuery }) query: z.output<typeof decisionsQuery>): Promise<Answer> {
    const outcome = query.outcome ?? null;
    const action = query.action === undefined || query.action === '' ? null : query.action;
    const rows = await readDecisions(this.database.db, this.reader, {
      outcome,
      action,
      after: decodeCursor(query.cursor, z.tuple([z.iso.datetime(), z.string()])),
      limit: LIMIT + 1,
    });
    const decisions = rows.slice(0, LIMIT);
    const last = decisions.at(-1);
    const further = new URLSearchParams({
      ...(outcome === null ? {} : { outcome }),
      ...(action === null ? {} : { action }),
      cursor: last === undefined ? '' : encodeCursor([last.createdAt.toISOString(), last.id]),
    });
    return page({
      title: 'Decisions',
      section: 'decisions',
      body: h(DecisionsPage, {
        decisions,
        outcome,
        action,
        older: rows.length > LIMIT ? `/decisions?${further.toString()}` : null,
      }),
    });
  }

  @Get(':id')
  @Allow('decisions.read')
  async decision(@Param('id') id: string): Promise<Answer> {
    const decision = await readDecision(this.database.db, this.reader, id);
    if (decision === null) throw new Problem(404, 'no-such-decision', `There is no decision ${id}.`);
    return page({
      title: 'Decision',
      section: 'decisions',
      body: h(DecisionPage, { decision, ...(await this.explainer.explain(decision)) }),
    });
  }
}
