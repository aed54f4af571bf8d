import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { PoliciesModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { ReviewModule } from '../review/index.js';
import { RiskModule } from '../risk/index.js';
import { AnswerHoursService } from './answer-hours.service.js';
import { AutomationService } from './automation.service.js';
import { RiskFitService } from './risk-fit.service.js';
import { UsualHoursService } from './usual-hours.service.js';

@Module({
  imports: [AuditModule, PoliciesModule, ProfilesModule, RiskModule, ReviewModule],
  providers: [AnswerHoursService, AutomationService, RiskFitService, UsualHoursService],
  exports: [AnswerHoursService, AutomationService, RiskFitService, UsualHoursService],
})
export class LearningModule {}
