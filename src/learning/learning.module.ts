import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { PoliciesModule } from '../policies/index.js';
import { ReviewModule } from '../review/index.js';
import { RiskModule } from '../risk/index.js';
import { AutomationService } from './automation.service.js';
import { RiskFitService } from './risk-fit.service.js';

@Module({
  imports: [AuditModule, PoliciesModule, RiskModule, ReviewModule],
  providers: [AutomationService, RiskFitService],
  exports: [AutomationService, RiskFitService],
})
export class LearningModule {}
