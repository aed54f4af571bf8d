import { Global, Module } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { PaceModule } from '../pace/index.js';
import { Redis, RedisModule } from '../redis/index.js';
import { Metrics, TelemetryModule } from '../telemetry/index.js';
import { BullRunner } from './bull-runner.js';
import { InProcessRunner } from './in-process-runner.js';
import { WorkRelay } from './relay.js';
import { WorkRunner } from './work.js';
import { WorkService } from './work.service.js';

/** Durable work, for everyone. `pipeline` registers the handlers and starts the relay. */
@Global()
@Module({
  imports: [PaceModule, RedisModule, TelemetryModule],
  providers: [
    WorkService,
    InProcessRunner,
    {
      provide: WorkRunner,
      inject: [WorkService, InProcessRunner, Redis, LazyModuleLoader, Metrics],
      useFactory: (
        work: WorkService,
        here: InProcessRunner,
        redis: Redis,
        modules: LazyModuleLoader,
        metrics: Metrics,
      ): WorkRunner => (redis.configured ? new BullRunner(work, here, redis, modules, metrics) : here),
    },
    WorkRelay,
  ],
  exports: [WorkService, WorkRelay],
})
export class WorkModule {}
