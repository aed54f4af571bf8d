import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { AFFECTING } from '../../rehearsal/affected.js';
import { PERSON_CHANGES } from '../../rehearsal/affected-person.js';
import { AffectedPeople, ReplaysService, SimulationsService } from '../../rehearsal/index.js';
import { cursorField } from '../forms.js';
import { type Answer, page } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { AffectedDecisionsPage, AffectedPeoplePage } from './affected-pages.js';

const SHOWN = 50;
const cause = z.string().min(1).max(200).optional().catch(undefined);
const decisionsQuery = z.object({
  change: z.enum(AFFECTING).optional().catch(undefined),
  cause,
  cursor: cursorField,
});
const peopleQuery = z.object({
  change: z.enum(PERSON_CHANGES).optional().catch(undefined),
  cause,
  cursor: cursorField,
});

/** Lists of all whom a replay or a simulation found affected. */
@ApiExcludeController()
@Controller('playbook')
@UseInterceptors(PageInterceptor)
export class AffectedPagesController {
  constructor(
    private readonly replays: ReplaysService,
    private readonly simulations: SimulationsService,
    private readonly affected: AffectedPeople,
  ) {}

  @Get('replays/:id/affected')
  @Allow('decisions.read')
  async ofReplay(
    @Param('id') id: string,
    @Query({ schema: decisionsQuery }) query: z.output<typeof decisionsQuery>,
  ): Promise<Answer> {
    const { tally } = await this.replays.get(id);
    const { data, nextCursor } = await this.affected.ofReplay(id, { ...query, limit: SHOWN });
    const path = `/playbook/replays/${id}/affected`;
    return page({
      title: 'Who would be affected',
      section: 'playbook',
      body: h(AffectedDecisionsPage, {
        lines: data,
        unlisted: tally.unlisted,
        path,
        change: query.change ?? null,
        cause: query.cause ?? null,
        further: furtherOf(path, query, nextCursor),
      }),
    });
  }

  @Get('simulations/:id/affected')
  @Allow('decisions.read')
  async ofSimulation(
    @Param('id') id: string,
    @Query({ schema: peopleQuery }) query: z.output<typeof peopleQuery>,
  ): Promise<Answer> {
    await this.simulations.get(id);
    const { data, nextCursor } = await this.affected.ofSimulation(id, { ...query, limit: SHOWN });
    const path = `/playbook/simulations/${id}/affected`;
    return page({
      title: 'Who would be affected',
      section: 'playbook',
      body: h(AffectedPeoplePage, {
        lines: data,
        path,
        change: query.change ?? null,
        cause: query.cause ?? null,
        further: furtherOf(path, query, nextCursor),
      }),
    });
  }
}

/** The same list from where this page ends. */
function furtherOf(
  path: string,
  { change, cause: code }: { readonly change?: string | undefined; readonly cause?: string | undefined },
  cursor: string | null,
): string | null {
  if (cursor === null) return null;
  const query = new URLSearchParams({
    ...(change === undefined ? {} : { change }),
    ...(code === undefined ? {} : { cause: code }),
    cursor,
  });
  return `${path}?${query.toString()}`;
}
