import { Module } from '@nestjs/common';
import { BacklogService } from './backlog.service.js';
import { InboxService } from './inbox.service.js';
import { IngestController } from './ingest.controller.js';
import { SignalsService } from './signals.service.js';

/** What customers do, as it arrives. */
@Module({
  controllers: [IngestController],
  providers: [SignalsService, InboxService, BacklogService],
  exports: [SignalsService, InboxService],
})
export class SignalsModule {}
