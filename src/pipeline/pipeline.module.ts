import { Module } from '@nestjs/common';
import { CheckupModule } from '../checkup/index.js';
import { DecisionsModule } from '../decisions/index.js';
import { DispatchModule } from '../dispatch/index.js';
import { DraftingModule } from '../drafting/index.js';
import { ImportsModule } from '../imports/index.js';
import { LearningModule } from '../learning/index.js';
import { MessagesModule } from '../messages/index.js';
import { OutcomesModule } from '../outcomes/index.js';
import { PoliciesModule, ProposalsModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { RehearsalModule } from '../rehearsal/index.js';
import { ReviewModule } from '../review/index.js';
import { RiskModule } from '../risk/index.js';
import { SignalsModule } from '../signals/index.js';
import { TriggersModule } from '../triggers/index.js';
import { DecisionFollowUpModule } from './decision-follow-up.service.js';
import { IntakeService } from './intake.service.js';
import { MaintenanceService } from './maintenance.service.js';
import { PipelineService } from './pipeline.service.js';
import { RetentionService } from './retention.service.js';
import { TimersService } from './timers.service.js';

/** Every stage, in order, and the service that joins them. */
@Module({
  imports: [
    PoliciesModule,
    ProposalsModule,
    SignalsModule,
    ProfilesModule,
    ImportsModule,
    TriggersModule,
    DecisionsModule,
    MessagesModule,
    DecisionFollowUpModule,
    DraftingModule,
    RiskModule,
    ReviewModule,
    DispatchModule,
    OutcomesModule,
    RehearsalModule,
    LearningModule,
    CheckupModule,
  ],
  providers: [RetentionService, IntakeService, TimersService, MaintenanceService, PipelineService],
  exports: [PipelineService],
})
export class PipelineModule {}
