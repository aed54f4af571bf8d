import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { DecisionsModule } from '../decisions/index.js';
import { MessagesModule } from '../messages/index.js';
import { PoliciesModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { SignalsModule } from '../signals/index.js';
import { ChannelsService } from './channels.service.js';
import { DispatchService } from './dispatch.service.js';
import { PausesController } from './pauses.controller.js';
import { PausesService } from './pauses.service.js';
import { RestoredService } from './restored.service.js';

/** Rechecks and sends what was approved; pauses. */
@Module({
  imports: [AuditModule, PoliciesModule, SignalsModule, ProfilesModule, DecisionsModule, MessagesModule],
  controllers: [PausesController],
  providers: [ChannelsService, PausesService, RestoredService, DispatchService],
  exports: [ChannelsService, DispatchService, PausesService, RestoredService],
})
export class DispatchModule {}
