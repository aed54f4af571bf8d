import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { Idempotent } from '../platform/http/index.js';
import { replayAnswer, replayAnswerSchema } from './replay-answer.js';
import { ReplaysService } from './replays.service.js';

const bundleHash = z.string().regex(/^[0-9a-f]{64}$/, "should be a bundle's hash");
const replayBody = z
  .strictObject({
    bundle: bundleHash,
    /** Only decisions made from then on. */
    since: z.iso.datetime().optional(),
  })
  .meta({ id: 'NewReplay' });
const asked = z.strictObject({ id: z.string() }).meta({ id: 'ReplayAsked' });
const listQuery = z.strictObject({
  bundle: bundleHash.optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
const list = z.strictObject({ data: z.array(replayAnswerSchema) }).meta({ id: 'Replays' });

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies/replay')
export class ReplaysController {
  constructor(
    private readonly database: Database,
    private readonly replays: ReplaysService,
  ) {}

  /** Replays a kept bundle over stored situations, in the background. Nothing is sent and nobody is affected. */
  @Post()
  @HttpCode(202)
  @Allow('policies.read')
  @Idempotent()
  @ApiResponse({ status: 202, standardSchema: asked })
  @ApiResponse({ status: 404, description: 'No such bundle' })
  async ask(
    @Body({ schema: replayBody }) body: z.output<typeof replayBody>,
    @CurrentActor() actor: Actor,
  ): Promise<z.output<typeof asked>> {
    return {
      id: await this.replays.ask({ bundle: body.bundle, since: body.since ?? null, by: actorId(actor) }),
    };
  }

  /** The latest replays, newest first. */
  @Get()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: list })
  async list(
    @Query({ schema: listQuery }) query: z.output<typeof listQuery>,
  ): Promise<z.output<typeof list>> {
    const rows = await this.replays.list(this.database.db, {
      bundleHash: query.bundle ?? null,
      limit: query.limit,
    });
    return { data: rows.map(replayAnswer) };
  }

  /** How far a replay has come, and what it shows. */
  @Get(':id')
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: replayAnswerSchema })
  @ApiResponse({ status: 404, description: 'No such replay' })
  async show(@Param('id') id: string): Promise<z.output<typeof replayAnswerSchema>> {
    return replayAnswer(await this.replays.get(id));
  }
}
