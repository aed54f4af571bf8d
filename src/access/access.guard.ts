import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { Problem } from '../platform/http/index.js';
import { type GuardedRequest, ROUTE_ACCESS, type RouteAccess } from './access.decorators.js';
import { Callers } from './callers.service.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Before every route: who is it, may they, and do they mean it. A route that says nothing about itself is refused. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly callers: Callers,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === undefined) throw new Problem(403, 'closed', 'This route is not open to anybody.');
    if (access.public) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & GuardedRequest>();
    const caller = await this.callers.require(request.headers, access.permission);
    // A cookie travels by itself, a token does not.
    if (caller.csrfToken !== null && !SAFE_METHODS.has(request.method))
      requireCsrfToken(request, caller.csrfToken);
    request.caller = caller;
    return true;
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
