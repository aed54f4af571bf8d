import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { canonicalBytes } from '../shared/canonical-json.js';

/** Answers in canonical JSON. Most of a decision is what rules said of its candidates, and that is written down already. */
@Injectable()
export class CanonicalAnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer: unknown) => {
        void reply.type('application/json; charset=utf-8');
        return canonicalBytes(answer);
      }),
    );
  }
}
