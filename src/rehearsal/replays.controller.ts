import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { decodeCursor, Idempotent, page, type Page, pageQuery } from '../platform/http/index.js';
import { affectedAnswer, type affectedAnswerSchema, affectedPageSchema } from './affected-answer.js';
import { AffectedPeople } from './affected-people.service.js';
import { AFFECTING } from './affected.js';
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
const listQuery = pageQuery.extend({ bundle: bundleHash.optional() });
const createdCursor = z.tuple([z.iso.datetime(), z.string()]);
const list = z
  .strictObject({ data: z.array(replayAnswerSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'ReplayPage' });
const affectedQuery = pageQuery.extend({
  change: z.enum(AFFECTING).optional(),
  /** A code of what did it, such as `guardrail:minors`. */
  cause: z.string().min(1).max(200).optional(),
});

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies/replay')
export class ReplaysController {
  constructor(
    private readonly database: Database,
    private readonly replays: ReplaysService,
    private readonly affectedPeople: AffectedPeople,
  ) {}

  /**
   * Replays a kept bundle over stored situations, in the background. Nothing is sent and nobody is affected. While a replay of the same bundle and
   * span is not done, that one is the answer.
   */
  @Post()
  @HttpCode(202)
  @Allow('policies.read')
  @Idempotent()
  @ApiResponse({ status: 202, standardSchema: asked })
  @ApiResponse({ status: 404, description: 'No such bundle' })
  @ApiResponse({ status: 429, description: 'Too many replays wait' })
  async ask(
    @Body({ schema: replayBody }) body: z.output<typeof replayBody>,
    @CurrentActor() actor: Actor,
  ): Promise<z.output<typeof asked>> {
    return {
      id: await this.replays.ask({ bundle: body.bundle, since: body.since ?? null, by: actorId(actor) }),
    };
  }

  /** Replays, newest first. */
  @Get()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: list })
  async list(
    @Query({ schema: listQuery }) query: z.output<typeof listQuery>,
  ): Promise<Page<z.output<typeof replayAnswerSchema>>> {
    const rows = await this.replays.list(this.database.db, {
      bundleHash: query.bundle ?? null,
      after: decodeCursor(query.cursor, createdCursor),
      limit: query.limit + 1,
    });
    return page(rows.map(replayAnswer), query.limit, ({ createdAt, id }) => [createdAt, id]);
  }

  /** How far a replay has come, and what it shows. */
  @Get(':id')
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: replayAnswerSchema })
  @ApiResponse({ status: 404, description: 'No such replay' })
  async show(@Param('id') id: string): Promise<z.output<typeof replayAnswerSchema>> {
    return replayAnswer(await this.replays.get(id));
  }

  /** Every executed decision that would have been another for its person, in their order, and what did it, the first 50,000 of them. Nobody who was erased is named. */
  @Get(':id/affected')
  @Allow('decisions.read')
  @ApiResponse({ status: 200, standardSchema: affectedPageSchema })
  @ApiResponse({ status: 404, description: 'No such replay' })
  async affected(
    @Param('id') id: string,
    @Query({ schema: affectedQuery }) query: z.output<typeof affectedQuery>,
  ): Promise<Page<z.output<typeof affectedAnswerSchema>>> {
    await this.replays.get(id);
    const { data, nextCursor } = await this.affectedPeople.ofReplay(id, query);
    return { data: data.map(affectedAnswer), nextCursor };
  }
}
