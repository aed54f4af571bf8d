import { Inject, Injectable } from '@nestjs/common';
import { type Environment } from '../config/environment.js';
import { Problem } from '../platform/http/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { type Caller } from './access.decorators.js';
import { may, type Permission } from './permissions.js';
import { readSessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';
import { TokensService } from './tokens.service.js';

const BEARER = /^Bearer +(\S+)$/i;

/** The headers that tell who calls. */
interface Headers {
  readonly authorization?: string | undefined;
  readonly cookie?: string | undefined;
}

/** Who a request comes from, by its headers alone. */
@Injectable()
export class Callers {
  constructor(
    private readonly sessions: SessionsService,
    private readonly tokens: TokensService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** By token, else by session; null for nobody. */
  async of({ authorization, cookie }: Headers): Promise<Caller | null> {
    if (authorization !== undefined) {
      const token = BEARER.exec(authorization)?.[1];
      const actor = token === undefined ? null : await this.tokens.bearer(token);
      return actor === null ? null : { actor, csrfToken: null };
    }
    const session = readSessionCookie(cookie, this.environment.publicUrl);
    return session === null ? null : this.sessions.caller(session);
  }

  /** The caller, who has to have a permission. @throws Problem 401, 403 */
  async require(headers: Headers, permission: Permission | 'any'): Promise<Caller> {
    const caller = await this.of(headers);
    if (caller === null) {
      throw new Problem(401, 'not-signed-in', 'Sign in, or send a valid token.', undefined, {
        'www-authenticate': 'Bearer',
      });
    }
    if (permission !== 'any' && !may(caller.actor.role, permission)) {
      throw new Problem(
        403,
        'not-allowed',
        `The role ${caller.actor.role} lacks the permission ${permission}.`,
      );
    }
    return caller;
  }
}
