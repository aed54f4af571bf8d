import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags, type OpenAPIObject } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Public } from '../access/index.js';
import { Problem } from '../platform/http/index.js';
import { DocsService } from './docs.service.js';
import { OpenApiService } from './openapi.service.js';

/** The viewer writes style attributes; everything else comes from this service. */
const VIEWER_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** What the service answers, as a document and as a page. */
@ApiTags('running')
@Public()
@Controller()
export class DocsController {
  constructor(
    private readonly openApi: OpenApiService,
    private readonly docs: DocsService,
  ) {}

  @Get('openapi.json')
  @ApiOperation({ summary: 'This document' })
  @ApiResponse({ status: 200, description: 'OpenAPI 3.1', schema: { type: 'object' } })
  document(): OpenAPIObject {
    return this.openApi.document();
  }

  @Get('docs')
  @ApiOperation({ summary: 'This document as a page' })
  @ApiResponse({
    status: 200,
    description: 'A page',
    content: { 'text/html': { schema: { type: 'string' } } },
  })
  page(@Res({ passthrough: true }) reply: FastifyReply): string {
    reply.type('text/html; charset=utf-8').header('content-security-policy', VIEWER_POLICY);
    return this.docs.page;
  }

  @Get('docs/:file')
  @ApiExcludeEndpoint()
  async file(@Param('file') name: string, @Res() reply: FastifyReply): Promise<void> {
    const file = await this.docs.file(name);
    if (file === null) throw new Problem(404, 'not-found', 'There is no such file.');
    await reply.type(file.type).header('cache-control', 'public, max-age=86400').send(file.bytes);
  }
}
