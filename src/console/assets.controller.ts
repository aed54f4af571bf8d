import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Public } from '../access/index.js';
import { Problem } from '../platform/http/index.js';
import { ConsoleAssets } from './assets.service.js';

@ApiExcludeController()
@Controller('assets')
export class AssetsController {
  constructor(private readonly assets: ConsoleAssets) {}

  @Get(':name')
  @Public()
  async get(
    @Param('name') name: string,
    @Headers('accept-encoding') accepts: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asset = this.assets.get(name);
    if (asset === undefined) throw new Problem(404, 'no-such-asset', 'There is no such file.');
    const encoding = ['br', 'gzip'].find((known) => accepts?.includes(known));
    reply
      .header('content-type', asset.type)
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('x-content-type-options', 'nosniff')
      .header('vary', 'accept-encoding');
    if (encoding !== undefined) reply.header('content-encoding', encoding);
    await reply.send(encoding === 'br' ? asset.brotli : encoding === 'gzip' ? asset.gzip : asset.plain);
  }
}
