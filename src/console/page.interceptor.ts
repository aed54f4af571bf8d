import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { concatMap, type Observable } from 'rxjs';
import { type GuardedRequest } from '../access/access.decorators.js';
import { type Answer } from './page.js';
import { PageRenderer } from './page-renderer.service.js';

/** Renders what a console route answers, with the headers every page carries. */
@Injectable()
export class PageInterceptor implements NestInterceptor<Answer, string> {
  constructor(private readonly renderer: PageRenderer) {}

  intercept(context: ExecutionContext, next: CallHandler<Answer>): Observable<string> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & GuardedRequest>();
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(concatMap((answer) => this.renderer.answer(request, reply, answer)));
  }
}
