import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { AuditModule } from '../audit/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { SignalsModule } from '../signals/index.js';
import { ApplyingService } from './applying.service.js';
import { ImportsController } from './imports.controller.js';
import { ImportsService } from './imports.service.js';

/** Files of people, consent and suppressions. */
@Module({
  imports: [AccessModule, AuditModule, SignalsModule, ProfilesModule],
  controllers: [ImportsController],
  providers: [ImportsService, ApplyingService],
  exports: [ImportsService],
})
export class ImportsModule {}
