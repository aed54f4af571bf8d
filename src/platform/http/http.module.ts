import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { PaceModule } from '../pace/index.js';
import { TelemetryModule } from '../telemetry/index.js';
import { Gates } from './gates.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { ProblemPages } from './problem-pages.js';
import { ProblemFilter } from './problem.filter.js';
import { RequestMemory } from './request-memory.js';
import { RouteTable } from './route-table.js';
import { RunningApplication } from './running-application.js';
import { validationPipe } from './validation.js';

/** What every route has in common: validation, problems, idempotency. */
@Global()
@Module({
  imports: [TelemetryModule, PaceModule],
  providers: [
    RouteTable,
    RunningApplication,
    Gates,
    ProblemPages,
    RequestMemory,
    IdempotencyInterceptor,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: validationPipe },
  ],
  exports: [RouteTable, RunningApplication, Gates, ProblemPages, RequestMemory, IdempotencyInterceptor],
})
export class HttpModule {}
