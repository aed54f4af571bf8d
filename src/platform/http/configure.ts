import { randomUUID } from 'node:crypto';
import { FastifyAdapter, type NestFastifyApplication, RouteConfig } from '@nestjs/platform-fastify';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { BODY_LIMIT, parseBody, readFileForm } from './body.js';
import { context, SpanStatusCode } from '@opentelemetry/api';
import { beginRequest, isRecording, Log, Metrics } from '../telemetry/index.js';
import { Pace } from '../pace/index.js';
import { Gates } from './gates.js';
import { refusalOfWorker } from './only-health.js';
import { answerDocument } from './problem-document.js';
import { Problem } from './problem.js';
import { RouteTable } from './route-table.js';
import { RunningApplication } from './running-application.js';

const MAX_PARAM_LENGTH = 1_024;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * The route reads its body itself: it gets the bytes as a Buffer, whatever the content type says.
 * @param gate of `Gates`: whom to ask before the body is read.
 * @param bodyLimit bytes it may have, where that is more than others may; the gate has to know who sends so many.
 */
export const RawBodyRoute = (gate?: string, bodyLimit?: number): MethodDecorator =>
  RouteConfig({
    rawBody: true,
    ...(gate === undefined ? {} : { gate }),
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
  });

/** The route takes a form with a file (`multipart/form-data`): the file's field is a Buffer. */
export const FileFormRoute = (gate: string, bodyLimit: number): MethodDecorator =>
  RouteConfig({ fileForm: true, gate, bodyLimit });

/** The route takes larger JSON than others do; the gate has to know who sends so much. */
export const LargeJsonRoute = (gate: string, bodyLimit: number): MethodDecorator =>
  RouteConfig({ gate, bodyLimit });

declare module 'fastify' {
  interface FastifyContextConfig {
    rawBody?: boolean;
    fileForm?: boolean;
    bodyLimit?: number;
    gate?: string;
  }
}

/** Nobody follows what only looks. */
const UNTRACED = /^\/(health\/(live|ready)|metrics|assets\/:name|docs(\/:file)?)$/;
/** Asked so often, and so much alike, that a line for each would bury the others. */
const QUIET =
  /^\/(v1\/(batch|track|identify|page|screen|group|alias)|health\/(live|ready)|metrics|assets\/:name|docs\/:file)$/;

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The HTTP engine with the limits every route shares. */
export function httpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    // The router refuses a malformed or overlong address before any hook or filter is asked.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(HEADERS);
      answerDocument(
        request,
        reply,
        new Problem(error.statusCode ?? 400, 'bad-url', 'The address is malformed or too long.'),
      );
    },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
}

/**
 * Body parsing, security headers and what 405 needs. Call it between creating and listening.
 * A route may set its own value for any of the headers.
 * @param settings `answers`: a process that only does the work tells how it is, and nothing else.
 */
export function configureHttp(
  app: NestFastifyApplication,
  { answers = 'everything' }: { readonly answers?: 'everything' | 'health' } = {},
): void {
  const fastify = app.getHttpAdapter().getInstance();
  const routes = app.get(RouteTable);
  const metrics = app.get(Metrics);
  const log = new Log('http');
  const gates = app.get(Gates);
  const pace = app.get(Pace);
  app.get(RunningApplication).set(app);
  fastify.addHook('onRoute', (route) => {
    routes.add(route.method, route.url);
    const bodyLimit = route.config?.bodyLimit;
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
  if (isRecording()) recordRequests(fastify);
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    void reply.headers(HEADERS).header('x-request-id', request.id);
    // PostgreSQL text cannot hold a null character, so no id or filter can be one.
    done(
      request.url.includes('%00')
        ? new Problem(400, 'bad-url', 'The address holds a null character.')
        : undefined,
    );
  });
  if (answers === 'health') {
    fastify.addHook('onRequest', (request, _reply, done) => {
      done(refusalOfWorker(request));
    });
  }
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (!UNTRACED.test(request.routeOptions.url ?? 'none')) pace.asked();
    await gates.ask(request, reply);
  });
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const { method, id } = request;
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    metrics.observe(
      'countersign_http_request_seconds',
      { method, route, status: String(status) },
      reply.elapsedTime / 1_000,
    );
    log[levelOf(route, status)]('http.request', {
      request: id,
      method,
      route,
      status,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    });
    done();
  });
  fastify.addHook('onRequest', (request: FastifyRequest, _reply, done) => {
    // What a client calls its bytes means nothing where they are read raw, and nothing is read where there is nothing: the engine would
    // refuse a malformed name before either can be told.
    if (request.is404 || request.routeOptions.config.rawBody === true)
      request.headers['content-type'] = 'application/octet-stream';
    done();
  });
  fastify.removeAllContentTypeParsers();
  app.useBodyParser('*', { bodyLimit: BODY_LIMIT }, (request, bytes, done) => {
    if (request.is404 || request.routeOptions.config.rawBody === true) {
      done(null, bytes);
      return;
    }
    const type = request.headers['content-type'] ?? '';
    if (request.routeOptions.config.fileForm === true && type.startsWith('multipart/form-data')) {
      readFileForm(bytes, type).then(
        (form) => {
          done(null, form);
        },
        (error: unknown) => {
          done(error as Problem);
        },
      );
      return;
    }
    try {
      done(null, parseBody(bytes, type));
    } catch (error) {
      done(error as Problem);
    }
  });
}

/** A span for each request, and everything that follows from it runs in it: also after its body was read, which happens in the socket's name. */
function recordRequests(fastify: FastifyInstance): void {
  const open = new WeakMap<FastifyRequest, ReturnType<typeof beginRequest>>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const given = request.headers['traceparent'];
    if (UNTRACED.test(route)) {
      done();
      return;
    }
    const begun = beginRequest(typeof given === 'string' ? given : undefined, `${request.method} ${route}`, {
      'http.request.method': request.method,
      'http.route': route,
      'url.scheme': request.protocol,
    });
    open.set(request, begun);
    context.with(begun.context, done);
  });
  fastify.addHook('preHandler', (request, _reply, done) => {
    const begun = open.get(request);
    if (begun === undefined) done();
    else context.with(begun.context, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const span = open.get(request)?.span;
    span?.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}

/** Failures of ours are worth a look, and so is what was refused; of what is asked all the time only those. */
function levelOf(route: string, status: number): 'error' | 'info' | 'debug' {
  if (status >= 500) return 'error';
  return QUIET.test(route) && status < 400 ? 'debug' : 'info';
}
