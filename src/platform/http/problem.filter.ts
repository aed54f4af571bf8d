import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { errorCode } from '../../shared/errors.js';
import { ErasedError } from '../vault/index.js';
import { Log } from '../telemetry/index.js';
import { tooLarge } from './body.js';
import { ProblemPages } from './problem-pages.js';
import { answerDocument, titleOf } from './problem-document.js';
import { Problem } from './problem.js';
import { RouteTable } from './route-table.js';

/** The network's and PostgreSQL's codes for a database that is not there. */
const DATABASE_GONE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** The one place where an exception becomes an answer; a defect is logged here, once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Log('http');

  constructor(
    private readonly routes: RouteTable,
    private readonly pages: ProblemPages,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = this.toProblem(exception, request);
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (wantsPage(request)) this.answerPage(request, reply, problem);
    else answerDocument(request, reply, problem);
  }

  private toProblem(exception: unknown, request: FastifyRequest): Problem {
    if (exception instanceof Problem) return exception;
    if (exception instanceof ErasedError) {
      return new Problem(410, 'erased', 'The person this belongs to was erased; it cannot be read any more.');
    }
    if (exception instanceof HttpException && exception.getStatus() < 500) {
      return this.fromNest(exception, request);
    }
    if (isDatabaseGone(exception)) {
      this.log.error('http.database_gone', { ...naming(request), error: exception });
      return new Problem(
        503,
        'database-unavailable',
        'The database cannot be reached; try again.',
        undefined,
        {
          'retry-after': '5',
        },
      );
    }
    this.log.error('http.defect', { ...naming(request), error: exception });
    return new Problem(500, 'defect', 'Something went wrong here. It was logged under the given request id.');
  }

  private fromNest(exception: HttpException, request: FastifyRequest): Problem {
    const status = exception.getStatus();
    if (status === 404) return this.noSuchRoute(request);
    if (status === 413) return tooLarge(request.routeOptions.bodyLimit);
    return new Problem(
      status,
      (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(' ', '-'),
      exception.message,
    );
  }

  private noSuchRoute(request: FastifyRequest): Problem {
    const path = request.url.split('?')[0] ?? '';
    const methods = this.routes.methodsOf(path);
    if (methods.length === 0 || methods.includes(request.method)) {
      return new Problem(404, 'not-found', `There is nothing at ${request.method} ${path.slice(0, 200)}.`);
    }
    const allow = methods.join(', ');
    return new Problem(405, 'method-not-allowed', `${path.slice(0, 200)} answers ${allow}.`, undefined, {
      allow,
    });
  }

  private answerPage(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
    if (problem.status === 401 && request.method === 'GET') {
      void reply
        .code(303)
        .header('location', `/sign-in?next=${encodeURIComponent(request.url)}`)
        .send();
      return;
    }
    void reply
      .code(problem.status)
      .headers(problem.headers)
      .type('text/html; charset=utf-8')
      .send(this.pages.render({ status: problem.status, title: titleOf(problem), detail: problem.detail }));
  }
}

/** What a line of the log calls a request by: never its address, which may hold ids and tokens. */
function naming(request: FastifyRequest): { request: string; method: string; route: string } {
  return { request: request.id, method: request.method, route: request.routeOptions.url ?? 'none' };
}

/** Browsers ask for html; the API is never answered with it. */
function wantsPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/html') && !request.url.startsWith('/v1/');
}

function isDatabaseGone(exception: unknown): boolean {
  if (DATABASE_GONE.has(errorCode(exception))) return true;
  return (
    exception instanceof Error &&
    (exception.message.includes('timeout exceeded when trying to connect') ||
      exception.message.includes('Connection terminated'))
  );
}
