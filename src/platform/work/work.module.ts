import { Global, Module } from '@nestjs/common';
import { InProcessRunner } from './in-process-runner.js';
import { WorkRelay } from './relay.js';
import { WorkService } from './work.service.js';

/** Durable work, for everyone. `pipeline` registers the handlers and starts the relay. */
@Global()
@Module({
  providers: [WorkService, InProcessRunner, WorkRelay],
  exports: [WorkService, WorkRelay, InProcessRunner],
})
export class WorkModule {}
