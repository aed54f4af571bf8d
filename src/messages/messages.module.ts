import { Module } from '@nestjs/common';
import { PoliciesModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { MessageViews } from './message-views.service.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';

/** Messages, from decision to end. */
@Module({
  imports: [PoliciesModule, ProfilesModule],
  controllers: [MessagesController],
  providers: [MessagesService, MessageViews],
  exports: [MessagesService, MessageViews],
})
export class MessagesModule {}
