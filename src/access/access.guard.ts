import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { type Environment } from '../config/environment.js';
import { Problem } from '../platform/http/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { type Caller, type GuardedRequest, ROUTE_ACCESS, type RouteAccess } from './access.decorators.js';
import { may } from './permissions.js';
import { readSessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';
import { TokensService } from './tokens.service.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const BEARER = /^Bearer +(\S+)$/i;

/** Before every route: who is it, may they, and do they mean it. A route that says nothing about itself is refused. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionsService,
    private readonly tokens: TokensService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === undefined) throw new Problem(403, 'closed', 'This route is not open to anybody.');
    if (access.public) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & GuardedRequest>();
    const caller = await this.callerOf(request);
    if (caller === null) {
      throw new Problem(401, 'not-signed-in', 'Sign in, or send a valid token.', undefined, {
        'www-authenticate': 'Bearer',
      });
    }
    if (access.permission !== 'any' && !may(caller.actor.role, access.permission)) {
      throw new Problem(
        403,
        'not-allowed',
        `The role ${caller.actor.role} lacks the permission ${access.permission}.`,
      );
    }
    request.caller = caller;
    return true;
  }

  private async callerOf(request: FastifyRequest): Promise<Caller | null> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = BEARER.exec(authorization)?.[1];
      const actor = token === undefined ? null : await this.tokens.bearer(token);
      return actor === null ? null : { actor, csrfToken: null };
    }
    const token = readSessionCookie(request.headers.cookie, this.environment.publicUrl);
    const caller = token === null ? null : await this.sessions.caller(token);
    if (caller !== null && !SAFE_METHODS.has(request.method))
      requireCsrfToken(request, caller.csrfToken ?? '');
    return caller;
  }
}

/** A cookie travels by itself, so what changes something must also carry what only our own pages know. */
function requireCsrfToken(request: FastifyRequest, expected: string): void {
  const given = Buffer.from(takeCsrfToken(request));
  const wanted = Buffer.from(expected);
  if (wanted.length > 0 && given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new Problem(403, 'bad-csrf-token', 'The page is too old or was not ours; load it again.');
}

/** Takes the token out of the body, where strict schemas would not expect it. */
function takeCsrfToken(request: FastifyRequest): string {
  const { body } = request;
  let field: unknown;
  if (typeof body === 'object' && body !== null && '_csrf' in body) {
    const { _csrf, ...rest } = body;
    field = _csrf;
    request.body = rest;
  }
  const header = request.headers['x-csrf-token'];
  if (typeof header === 'string') return header;
  return typeof field === 'string' ? field : '';
}
