import { Module } from '@nestjs/common';
import { DecisionsService } from './decisions.service.js';
import { SituationReader } from './situation.read-model.js';
import { TasksService } from './tasks.service.js';

/** Decisions and the tasks they hand over. */
@Module({
  providers: [DecisionsService, TasksService, SituationReader],
  exports: [DecisionsService, TasksService, SituationReader],
})
export class DecisionsModule {}
