import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Ip,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { h } from 'preact';
import { z } from 'zod';
import { Allow, Public, readSessionCookie, sessionCookie, SessionsService } from '../../access/index.js';
import { type Environment } from '../../config/environment.js';
import { Problem } from '../../platform/http/index.js';
import { ENVIRONMENT } from '../../platform/runtime.js';
import { type Answer, page, redirect } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { ownPath } from './own-path.js';
import { LinkPage, SignInPage, type SignInProblem } from './sign-in-page.js';

const signInQuery = z.object({
  next: z.string().max(2_000).optional(),
  problem: z.enum(['wrong', 'throttled', 'link']).optional().catch(undefined),
});
const signInForm = z.object({
  email: z.string().max(320),
  password: z.string().max(1_000),
  next: z.string().max(2_000).optional(),
});

@ApiExcludeController()
@Controller()
@UseInterceptors(PageInterceptor)
export class SignInController {
  constructor(
    private readonly sessions: SessionsService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get('sign-in')
  @Public()
  form(@Query({ schema: signInQuery }) query: z.output<typeof signInQuery>): Answer {
    return signInPage(ownPath(query.next), query.problem ?? null, '');
  }

  @Post('sign-in')
  @HttpCode(200)
  @Public()
  async signIn(
    @Body({ schema: signInForm }) form: z.output<typeof signInForm>,
    @Headers('sec-fetch-site') site: string | undefined,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    refuseCrossSite(site);
    const next = ownPath(form.next);
    const outcome = await this.sessions.signIn(form.email, form.password, address);
    if (outcome.ok) {
      this.setCookie(reply, outcome.sessionToken);
      return redirect(next);
    }
    if (outcome.reason === 'throttled') reply.header('retry-after', String(outcome.retryAfterSeconds));
    const status = outcome.reason === 'throttled' ? 429 : 401;
    return signInPage(next, outcome.reason, form.email, status);
  }

  /** Only shows whom the link would sign in: scanners follow every link, people press. */
  @Get('sign-in/link/:token')
  @Public()
  async link(@Param('token') token: string): Promise<Answer> {
    const person = await this.sessions.linkFor(token);
    if (person === null) return signInPage('/', 'link', '');
    return page({
      title: 'Sign in',
      section: null,
      bare: true,
      body: h(LinkPage, { token, name: person.name }),
    });
  }

  @Post('sign-in/link/:token')
  @HttpCode(200)
  @Public()
  async signInByLink(
    @Param('token') token: string,
    @Headers('sec-fetch-site') site: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    refuseCrossSite(site);
    const sessionToken = await this.sessions.signInByLink(token);
    if (sessionToken === null) return redirect('/sign-in?problem=link');
    this.setCookie(reply, sessionToken);
    return redirect('/');
  }

  @Post('sign-out')
  @HttpCode(200)
  @Allow('any')
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    const token = readSessionCookie(request.headers.cookie, this.environment.publicUrl);
    if (token !== null) await this.sessions.signOut(token);
    reply.header('set-cookie', sessionCookie('', 0, this.environment.publicUrl));
    return redirect('/sign-in');
  }

  private setCookie(reply: FastifyReply, token: string): void {
    reply.header('set-cookie', sessionCookie(token, this.sessions.seconds, this.environment.publicUrl));
  }
}

export function signInPage(next: string, problem: SignInProblem, email: string, status = 200): Answer {
  return page({
    title: 'Sign in',
    section: null,
    bare: true,
    status,
    body: h(SignInPage, { next, problem, email }),
  });
}

/** Nobody is signed in by a form on somebody else's page: there is no session yet whose token the form could carry. */
function refuseCrossSite(site: string | undefined): void {
  if (site === 'cross-site') throw new Problem(403, 'cross-site', 'Sign in on the console’s own page.');
}
