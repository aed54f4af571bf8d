import { Controller, Get, HttpCode, type OnModuleInit, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Actor, actorId, Allow, Callers, CurrentActor } from '../access/index.js';
import {
  Gates,
  Idempotent,
  type Page,
  pageQuery,
  type PageQuery,
  Problem,
  RawBodyRoute,
  readRawBody,
  tooLarge,
} from '../platform/http/index.js';
import {
  FILE_LIMIT,
  IMPORT_KINDS,
  type ImportAnswer,
  importAnswerSchema,
  importsPageSchema,
  type ImportSummary,
} from './import.js';
import { ImportsService } from './imports.service.js';

/** The gate of whatever takes a file: see `admit`. */
export const IMPORTS_GATE = 'imports';
/** What CSV files are sent as. */
const TYPES = new Set(['text/csv', 'application/csv', 'text/tab-separated-values', 'application/gzip']);

const importQuery = z.strictObject({
  kind: z.enum(IMPORT_KINDS),
  dryRun: z.enum(['true', 'false']).default('false'),
});
type ImportQuery = z.output<typeof importQuery>;

/** Files of contacts, consent or suppressions. */
@Controller('v1/imports')
@ApiTags('Imports')
@ApiBearerAuth()
export class ImportsController implements OnModuleInit {
  constructor(
    private readonly imports: ImportsService,
    private readonly callers: Callers,
    private readonly gates: Gates,
  ) {}

  onModuleInit(): void {
    this.gates.set(IMPORTS_GATE, (request) => this.admit(request));
  }

  @Post()
  @HttpCode(202)
  @Allow('profiles.write')
  @RawBodyRoute(IMPORTS_GATE, FILE_LIMIT)
  @Idempotent()
  @ApiConsumes('text/csv')
  @ApiBody({
    schema: { type: 'string', format: 'binary' },
    description: 'CSV in UTF-8, up to 50 MB; may be gzipped',
  })
  @ApiOperation({
    summary: 'Takes in a CSV file in the background; with dryRun=true it only counts what would come of it',
    description:
      'The first line names the columns. contacts: userId, email, phone, name, locale, timezone, country, and any other column as a trait. ' +
      'consent: userId, channel, topic, state, source (needed for granted), at. suppressions: userId, email or phone, reason, at. ' +
      'Nothing follows from an import: no trigger fires.',
  })
  @ApiResponse({ status: 202, standardSchema: importAnswerSchema })
  @ApiResponse({
    status: 400,
    description: 'Not CSV in UTF-8, or the first line does not name what is needed',
  })
  @ApiResponse({ status: 413, description: 'More than 50 MB; nothing was kept' })
  @ApiResponse({ status: 415, description: 'Not sent as text/csv' })
  async ask(
    @Req() request: FastifyRequest,
    @Query({ schema: importQuery }) query: ImportQuery,
    @CurrentActor() actor: Actor,
  ): Promise<ImportAnswer> {
    const bytes = await readRawBody(request.body, FILE_LIMIT);
    const { kind, dryRun } = query;
    return this.imports.ask({ kind, dryRun: dryRun === 'true', bytes, by: actorId(actor) });
  }

  @Get()
  @Allow('profiles.read')
  @ApiOperation({ summary: 'Imports, newest first, without their bad lines' })
  @ApiResponse({ status: 200, standardSchema: importsPageSchema })
  list(@Query({ schema: pageQuery }) query: PageQuery): Promise<Page<ImportSummary>> {
    return this.imports.list(query);
  }

  @Get(':id')
  @Allow('profiles.read')
  @ApiOperation({ summary: 'An import: how far it has come, what it came to, and which lines are bad' })
  @ApiResponse({ status: 200, standardSchema: importAnswerSchema })
  @ApiResponse({ status: 404, description: 'There is no such import, or it ended more than 90 days ago' })
  get(@Param('id') id: string): Promise<ImportAnswer> {
    return this.imports.get(id);
  }

  /** Before a file is read: who sends it, how large it is, and as what. @throws Problem 401, 403, 413, 415 */
  private async admit(request: FastifyRequest): Promise<void> {
    await this.callers.require(request.headers, 'profiles.write');
    const { bodyLimit } = request.routeOptions;
    if (Number(request.headers['content-length'] ?? 0) > bodyLimit) throw tooLarge(bodyLimit);
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    const isForm = request.routeOptions.config.fileForm === true && type === 'multipart/form-data';
    if (!TYPES.has(type) && !isForm)
      throw new Problem(
        415,
        'unsupported-media-type',
        'Send the file itself with content-type text/csv (curl --data-binary @file.csv), gzipped if you like.',
        undefined,
        { 'accept-post': 'text/csv' },
      );
  }
}
