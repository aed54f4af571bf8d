import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { type z } from 'zod';
import { type Actor, Allow, CurrentActor } from '../access/index.js';
import { type Page, pageQuery } from '../platform/http/index.js';
import { ReviewService } from './review.service.js';
import {
  type ReviewDetail,
  reviewStateSchema,
  type ReviewSummary,
  type VerdictRequest,
  verdictRequestSchema,
} from './review.js';
import { reviewDetailSchema, reviewPageSchema } from './reviews.dto.js';

const CLOSED = {
  status: 409,
  description: 'Closed already, in somebody else’s hands, a stale contentHash, or the same person twice',
};
const EXPIRED = { status: 410, description: 'It expired' };

const reviewsQuery = pageQuery.extend({ state: reviewStateSchema.optional() });

@ApiTags('reviews')
@Controller('v1/reviews')
export class ReviewsController {
  constructor(private readonly reviews: ReviewService) {}

  /** Open states most valuable and soonest perishing first; others newest first. */
  @Get()
  @Allow('reviews.read')
  @ApiResponse({ status: 200, standardSchema: reviewPageSchema })
  list(@Query({ schema: reviewsQuery }) query: z.output<typeof reviewsQuery>): Promise<Page<ReviewSummary>> {
    return this.reviews.list(query);
  }

  @Get(':id')
  @Allow('reviews.read')
  @ApiResponse({ status: 200, standardSchema: reviewDetailSchema })
  get(@Param('id') id: string): Promise<ReviewDetail> {
    return this.reviews.get(id);
  }

  /** Takes an item for a while, so that nobody else looks at it at the same time. */
  @Post(':id/claim')
  @HttpCode(200)
  @Allow('reviews.decide')
  @ApiResponse({ status: 200, standardSchema: reviewDetailSchema })
  @ApiResponse(CLOSED)
  @ApiResponse(EXPIRED)
  claim(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<ReviewDetail> {
    return this.reviews.claim(id, actor);
  }

  @Post(':id/release')
  @HttpCode(200)
  @Allow('reviews.decide')
  @ApiResponse({ status: 200, standardSchema: reviewDetailSchema })
  release(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<ReviewDetail> {
    return this.reviews.release(id, actor);
  }

  /** Edit, approve, reject, hand off or skip, on exactly the words that `contentHash` names. */
  @Post(':id/verdict')
  @HttpCode(200)
  @Allow('reviews.decide')
  @ApiResponse({ status: 200, standardSchema: reviewDetailSchema })
  @ApiResponse(CLOSED)
  @ApiResponse(EXPIRED)
  verdict(
    @Param('id') id: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: verdictRequestSchema }) body: VerdictRequest,
  ): Promise<ReviewDetail> {
    return this.reviews.verdict(id, actor, body);
  }
}
