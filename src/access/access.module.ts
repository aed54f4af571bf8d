import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { AccessService } from './access.service.js';
import { Callers } from './callers.service.js';
import { PeopleService } from './people.service.js';
import { SessionsService } from './sessions.service.js';
import { ThrottleService } from './throttle.service.js';
import { TokensService } from './tokens.service.js';

/** Who may come in and what they may do there. */
@Global()
@Module({
  providers: [
    AccessService,
    Callers,
    PeopleService,
    SessionsService,
    TokensService,
    ThrottleService,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [AccessService, Callers, PeopleService, SessionsService, TokensService],
})
export class AccessModule {}
