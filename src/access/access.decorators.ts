import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { Problem } from '../platform/http/problem.js';
import { type Actor } from './actor.js';
import { type Permission } from './permissions.js';

/** What a route says about who may use it. */
export type RouteAccess =
  { readonly public: true } | { readonly public: false; readonly permission: Permission | 'any' };

export const ROUTE_ACCESS = 'countersign:access';

/** Whoever's role has this permission; `any` is everybody who is signed in. A route (or its controller) without this or `@Public()` is refused. */
export const Allow = (permission: Permission | 'any'): MethodDecorator & ClassDecorator =>
  SetMetadata(ROUTE_ACCESS, { public: false, permission } satisfies RouteAccess);

/** Open to everybody: the route itself checks what it needs (a write key, a link token), or needs nothing. */
export const Public = (): MethodDecorator & ClassDecorator =>
  SetMetadata(ROUTE_ACCESS, { public: true } satisfies RouteAccess);

/** What the guard found out about the caller, kept on the request. */
export interface Caller {
  readonly actor: Actor;
  /** Only for a session: what unsafe requests must carry in `_csrf` or `X-CSRF-Token`. */
  readonly csrfToken: string | null;
}

/** The part of a request that the guard writes to. */
export interface GuardedRequest {
  caller?: Caller;
}

/** The actor behind this request. Only on routes with `@Allow`. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { caller } = context.switchToHttp().getRequest<GuardedRequest>();
  if (caller === undefined) throw new Problem(401, 'not-signed-in', 'Sign in first.');
  return caller.actor;
});

/** The session's CSRF token, for forms; empty for a token's caller. */
export const CsrfToken = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const { caller } = context.switchToHttp().getRequest<GuardedRequest>();
  return caller?.csrfToken ?? '';
});
