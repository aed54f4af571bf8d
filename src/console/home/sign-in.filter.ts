import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { h } from 'preact';
import { Problem } from '../../platform/http/index.js';
import { ErrorPage } from '../layout/error-page.js';
import { page } from '../page.js';
import { PageRenderer } from '../page-renderer.service.js';
import { signInPage } from './sign-in.controller.js';

/** At the console's own address a person who is not signed in finds the form, not an error. */
@Catch(Problem)
@Injectable()
export class SignInFilter implements ExceptionFilter<Problem> {
  constructor(private readonly renderer: PageRenderer) {}

  async catch(problem: Problem, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { status, detail } = problem;
    const answer =
      status === 401
        ? signInPage('/', null, '')
        : page({ title: 'That did not work', section: null, status, body: h(ErrorPage, { status, detail }) });
    await reply.send(await this.renderer.answer(http.getRequest<FastifyRequest>(), reply, answer));
  }
}
