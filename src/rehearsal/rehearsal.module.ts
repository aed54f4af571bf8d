import { Module } from '@nestjs/common';
import { LlmModule } from '../platform/llm/index.js';
import { PlaybookReplayer, PoliciesModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { AffectedPeople } from './affected-people.service.js';
import { Deciders } from './deciders.service.js';
import { Replayer } from './replayer.service.js';
import { ReplaysController } from './replays.controller.js';
import { ReplaysService } from './replays.service.js';
import { SimulationsController } from './simulations.controller.js';
import { SimulationsService } from './simulations.service.js';
import { Simulator } from './simulator.service.js';
import { TemplateWriter } from './template-writer.service.js';
import { TesterModule } from './tester.module.js';

/** What a playbook would do, before it does: its own tests, a replay of what was, and what would have come of it. */
@Module({
  imports: [PoliciesModule, ProfilesModule, LlmModule, TesterModule],
  controllers: [ReplaysController, SimulationsController],
  providers: [
    AffectedPeople,
    Deciders,
    Replayer,
    ReplaysService,
    Simulator,
    SimulationsService,
    TemplateWriter,
    { provide: PlaybookReplayer, useExisting: ReplaysService },
  ],
  exports: [
    AffectedPeople,
    ReplaysService,
    SimulationsService,
    TemplateWriter,
    PlaybookReplayer,
    TesterModule,
  ],
})
export class RehearsalModule {}
