import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Allow, type GuardedRequest } from '../access/index.js';
import { belongingTo, decodeCursor, Idempotent, type Page, page } from '../platform/http/index.js';
import { type DecisionAnswer } from './answer.js';
import { CanonicalAnswerInterceptor } from './canonical-answer.interceptor.js';
import {
  createdCursor,
  decisionAnswer,
  decisionRequest,
  type DecisionRequestBody,
  decisionsPage,
  decisionsQuery,
  type DecisionsQuery,
} from './decisions.dto.js';
import { DecisionsService } from './decisions.service.js';
import { ExplanationsService } from './explanations.service.js';
import { RoomInterceptor } from './room.interceptor.js';
import { RoomService } from './room.service.js';

@ApiTags('decisions')
@ApiBearerAuth()
@Controller('v1/decisions')
export class DecisionsController {
  constructor(
    private readonly decisions: DecisionsService,
    private readonly explanations: ExplanationsService,
    private readonly room: RoomService,
  ) {}

  @Post()
  @HttpCode(200)
  @Allow('decisions.make')
  @Idempotent()
  // Below, so that it is asked before a key is looked up.
  @UseInterceptors(RoomInterceptor, CanonicalAnswerInterceptor)
  @ApiOperation({ summary: 'Decides for a person; `execute` also makes the message' })
  @ApiResponse({ status: 200, standardSchema: decisionAnswer })
  @ApiResponse({ status: 429, description: 'Overload; nothing was decided. See Retry-After.' })
  async make(
    @Body({ schema: decisionRequest }) body: DecisionRequestBody,
    @Req() request: GuardedRequest,
  ): Promise<DecisionAnswer> {
    const decided = await this.decisions.decide(body);
    // Whoever waits for content from here on keeps nobody waiting.
    this.room.leave(request);
    return belongingTo(decided.decision.profileId, await this.explanations.explainFresh(decided));
  }

  @Get(':id')
  @Allow('decisions.read')
  @ApiOperation({ summary: 'A decision, explained' })
  @ApiResponse({ status: 200, standardSchema: decisionAnswer })
  get(@Param('id') id: string): Promise<DecisionAnswer> {
    return this.explanations.get(id);
  }

  @Get()
  @Allow('decisions.read')
  @ApiOperation({ summary: 'Decisions, newest first' })
  @ApiResponse({ status: 200, standardSchema: decisionsPage })
  async list(@Query({ schema: decisionsQuery }) query: DecisionsQuery): Promise<Page<DecisionAnswer>> {
    const after = decodeCursor(query.cursor, createdCursor);
    const { cases, rows } = await this.decisions.list({
      ...query,
      after: after === null ? null : { at: after[0], id: after[1] },
    });
    const { nextCursor } = page(rows, query.limit, (row) => [row.createdAt.toISOString(), row.id]);
    return { data: await this.explanations.explainAll(cases), nextCursor };
  }
}
