import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { decodeCursor, Idempotent, page, type Page, pageQuery, Problem } from '../platform/http/index.js';
import { type Pause, pauseScope } from './pause.js';
import { PausesService } from './pauses.service.js';

const pauseBody = z
  .strictObject({ scope: pauseScope, reason: z.string().trim().min(1).max(500) })
  .meta({ id: 'NewPause' });
const pauseSchema = z
  .strictObject({
    id: z.string(),
    scope: pauseScope,
    reason: z.string(),
    createdAt: z.iso.datetime(),
    createdBy: z.string(),
    endedAt: z.iso.datetime().nullable(),
    endedBy: z.string().nullable(),
  })
  .meta({ id: 'Pause' });
const pausesQuery = pageQuery.extend({
  /** `active`, unless `ended` is asked for. */
  state: z.enum(['active', 'ended']).default('active'),
});
const endQuery = z.object({
  /** `send` looks at what was kept back again and lets it leave; `cancel` drops it, whatever its state, its reviews with it. */
  waiting: z.enum(['send', 'cancel']).default('send'),
});
type PausesQuery = z.output<typeof pausesQuery>;

@ApiTags('pauses')
@Controller('v1/pauses')
export class PausesController {
  constructor(
    private readonly database: Database,
    private readonly pauses: PausesService,
  ) {}

  /** Pauses in force, or those that have ended, newest first. */
  @Get()
  @Allow('pauses.read')
  async list(@Query({ schema: pausesQuery }) query: PausesQuery): Promise<Page<Pause>> {
    const after = decodeCursor(query.cursor, z.tuple([z.iso.datetime(), z.string()]));
    const rows = await this.pauses.list(this.database.db, {
      ended: query.state === 'ended',
      after,
      limit: query.limit + 1,
    });
    return page(rows, query.limit, (pause) => [pause.createdAt, pause.id]);
  }

  /** Stops sending: everything, marketing, one action or one channel. In force at once. */
  @Post()
  @Allow('pauses.write')
  @Idempotent()
  @ApiResponse({ status: 201, standardSchema: pauseSchema })
  create(
    @Body({ schema: pauseBody }) body: z.output<typeof pauseBody>,
    @CurrentActor() actor: Actor,
  ): Promise<Pause> {
    return this.database.transaction((tx) => this.pauses.create(tx, body, actorId(actor)));
  }

  /** Lets go: what was kept back is looked at again on fresh data before it leaves. Ending an ended pause changes nothing. */
  @Delete(':id')
  @HttpCode(200)
  @Allow('pauses.write')
  @ApiResponse({ status: 200, standardSchema: pauseSchema })
  async end(
    @Param('id') id: string,
    @Query({ schema: endQuery }) { waiting }: z.output<typeof endQuery>,
    @CurrentActor() actor: Actor,
  ): Promise<Pause> {
    if (waiting === 'cancel') await this.pauses.dropWaiting(id, actorId(actor));
    const pause = await this.database.transaction((tx) => this.pauses.end(tx, id, actorId(actor)));
    if (pause === null) throw new Problem(404, 'no-such-pause', `There is no pause ${id}.`);
    return pause;
  }
}
