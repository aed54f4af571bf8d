import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { MessagesService } from './messages.service.js';

/** Messages, from decision to end. */
@Module({
  imports: [AuditModule],
  providers: [MessagesService],
  exports: [MessagesService],
})
export class MessagesModule {}
