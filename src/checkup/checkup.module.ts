import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { PoliciesModule } from '../policies/index.js';
import { CheckupController } from './checkup.controller.js';
import { CheckupService } from './checkup.service.js';
import { CheckupViews } from './checkup-views.service.js';
import { CountingService } from './counting.service.js';
import { LinksService } from './links.service.js';

/** The health of the playbook, for as long as it runs. */
@Module({
  imports: [AuditModule, PoliciesModule],
  controllers: [CheckupController],
  providers: [CountingService, CheckupService, CheckupViews, LinksService],
  exports: [CountingService, CheckupService, CheckupViews, LinksService],
})
export class CheckupModule {}
