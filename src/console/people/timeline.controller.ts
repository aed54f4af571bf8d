import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import {
  decodeCursor,
  encodeCursor,
  type Page,
  pageQuery,
  type PageQuery,
  Problem,
} from '../../platform/http/index.js';
import { ProfilesService } from '../../profiles/index.js';
import { SealedReader } from '../sealed-reader.service.js';
import { KIND_RANK, timelineCursor, type TimelineEntry, type TimelineKind } from './timeline.js';
import { readTimeline } from './timeline.read-model.js';

const kinds = Object.keys(KIND_RANK) as [TimelineKind, ...TimelineKind[]];
const timelineAnswer = z
  .object({
    data: z.array(
      z
        .looseObject({ kind: z.enum(kinds), at: z.iso.datetime(), id: z.string() })
        .meta({ id: 'TimelineEntry' }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Timeline' });

@ApiTags('profiles')
@Controller('v1/profiles')
export class TimelineController {
  constructor(
    private readonly database: Database,
    private readonly reader: SealedReader,
    private readonly profiles: ProfilesService,
  ) {}

  /** Everything that happened to one person, newest first: signals, firings, decisions, drafts, verdicts, messages, outcomes, tasks. */
  @Get(':userId/timeline')
  @Allow('profiles.read')
  @ApiResponse({ status: 200, standardSchema: timelineAnswer })
  async timeline(
    @Param('userId') userId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<TimelineEntry>> {
    const { db } = this.database;
    const profileId = await this.profiles.findByUserId(db, userId);
    if (profileId === null) throw new Problem(404, 'no-such-profile', 'Nobody is known under this user id.');
    const { entries, last } = await readTimeline(db, this.reader, {
      profileId,
      after: decodeCursor(query.cursor, timelineCursor),
      limit: query.limit,
    });
    return { data: [...entries], nextCursor: last === null ? null : encodeCursor(last) };
  }
}
