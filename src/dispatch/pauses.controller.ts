import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { decodeCursor, Idempotent, page, type Page, pageQuery, Problem } from '../platform/http/index.js';
import { PoliciesService } from '../policies/index.js';
import { type Pause, type PauseScope, pauseScope } from './pause.js';
import { PausesService } from './pauses.service.js';
import { isOpenUnder } from './waiting-messages.read-model.js';

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
const pausePageSchema = z
  .strictObject({ data: z.array(pauseSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'PausePage' });
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
    private readonly policies: PoliciesService,
  ) {}

  /** Pauses in force, or those that have ended, newest first. */
  @Get()
  @Allow('pauses.read')
  @ApiResponse({ status: 200, standardSchema: pausePageSchema })
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
  @ApiResponse({ status: 400, description: 'Such as an action or a channel that nothing goes by' })
  async create(
    @Body({ schema: pauseBody }) body: z.output<typeof pauseBody>,
    @CurrentActor() actor: Actor,
  ): Promise<Pause> {
    await this.requireKnown(body.scope);
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

  /** A slip of the pen would stop nothing, and nobody would know. Messages of an action that is gone can still be held. */
  private async requireKnown(scope: PauseScope): Promise<void> {
    if (typeof scope === 'string') return;
    const { actions, channels } = this.policies.active();
    const [member, name, known] =
      'action' in scope
        ? (['action', scope.action, actions.has(scope.action)] as const)
        : (['channel', scope.channel, channels.has(scope.channel)] as const);
    if (known || (await isOpenUnder(this.database.db, scope))) return;
    const message = `the playbook has no ${member} "${name}"`;
    throw new Problem(400, `unknown-${member}`, message, [{ path: `scope.${member}`, message }]);
  }
}
