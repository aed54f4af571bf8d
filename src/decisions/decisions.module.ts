import { Module } from '@nestjs/common';
import { PoliciesModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { TriggersModule } from '../triggers/index.js';
import { AdvisingService } from './advising.service.js';
import { DecisionsController } from './decisions.controller.js';
import { DecisionsService } from './decisions.service.js';
import { EverybodyController } from './everybody.controller.js';
import { EverybodyService } from './everybody.service.js';
import { ExplanationsService } from './explanations.service.js';
import { MomentsService } from './moments.service.js';
import { RoomService } from './room.service.js';
import { ReviewTimes } from './review-times.read-model.js';
import { SituationReader } from './situation.read-model.js';
import { TasksController } from './tasks.controller.js';
import { TasksService } from './tasks.service.js';

/** Decisions and the tasks they hand over. What follows from a decision and who gives advice on it are provided from outside: see `DecisionFollowUp` and `Adviser`. */
@Module({
  imports: [PoliciesModule, ProfilesModule, TriggersModule],
  controllers: [DecisionsController, EverybodyController, TasksController],
  providers: [
    AdvisingService,
    DecisionsService,
    EverybodyService,
    ExplanationsService,
    MomentsService,
    ReviewTimes,
    RoomService,
    TasksService,
    SituationReader,
  ],
  exports: [DecisionsService, EverybodyService, MomentsService, TasksService, SituationReader],
})
export class DecisionsModule {}
