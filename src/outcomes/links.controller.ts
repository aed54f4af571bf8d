import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../access/index.js';
import { RawBodyRoute } from '../platform/http/index.js';
import { LinksService, type Visitor } from './links.service.js';
import { askPage, donePage, PAGE_SECURITY_POLICY, unknownLinkPage } from './unsubscribe-page.js';

const HTML = { 'text/html': { schema: { type: 'string' } } };
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

function visitorOf(request: FastifyRequest): Visitor {
  const { headers } = request;
  const purpose = headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'];
  return {
    method: request.method,
    userAgent: headers['user-agent'],
    purpose: Array.isArray(purpose) ? purpose[0] : purpose,
  };
}

function sendPage(reply: FastifyReply, status: number, html: string): void {
  void reply
    .code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', PAGE_SECURITY_POLICY)
    .header('referrer-policy', 'no-referrer')
    .send(html);
}

/** The links in messages: no log-in, no cookies, no scripts. */
@ApiTags('links')
@Public()
@Controller()
export class LinksController {
  constructor(private readonly links: LinksService) {}

  /** The unsubscribe page. Changes nothing: scanners follow links too. */
  @Get('u/:token')
  @ApiResponse({ status: 200, description: 'A page with one button.', content: HTML })
  @ApiResponse({ status: 404, description: 'No such link', content: HTML })
  async ask(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    if (await this.links.isUnsubscribeLink(token))
      sendPage(reply, 200, askPage(this.links.brandName(), `/u/${token}`));
    else sendPage(reply, 404, unknownLinkPage());
  }

  /** Unsubscribes at once: the page's button, and mail programs' one click (RFC 8058). The body is not looked at. */
  @Post('u/:token')
  @HttpCode(200)
  @RawBodyRoute()
  @ApiResponse({ status: 200, description: 'Done, also when it was done before.', content: HTML })
  @ApiResponse({ status: 404, description: 'No such link', content: HTML })
  async unsubscribe(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    if (await this.links.unsubscribe(token)) sendPage(reply, 200, donePage(this.links.brandName()));
    else sendPage(reply, 404, unknownLinkPage());
  }

  /** A link out of a message: leads to exactly the target that was signed. HEAD comes here too, and is never counted. */
  @Get('t/:token')
  @ApiResponse({ status: 302, description: 'To the signed target' })
  @ApiResponse({
    status: 200,
    description: 'A pixel, for an open',
    content: { 'image/gif': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse({ status: 404, description: 'No such link', content: HTML })
  async follow(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const followed = await this.links.follow(token, visitorOf(request));
    switch (followed.kind) {
      case 'redirect':
        void reply
          .code(302)
          .header('location', followed.target)
          .header('referrer-policy', 'no-referrer')
          .send();
        return;
      case 'pixel':
        void reply.header('content-type', 'image/gif').send(PIXEL);
        return;
      case 'unknown':
        sendPage(reply, 404, unknownLinkPage());
    }
  }
}
