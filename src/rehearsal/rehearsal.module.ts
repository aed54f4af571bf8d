import { Module } from '@nestjs/common';
import { PlaybookReplayer, PoliciesModule } from '../policies/index.js';
import { Replayer } from './replayer.service.js';
import { ReplaysController } from './replays.controller.js';
import { ReplaysService } from './replays.service.js';
import { TesterModule } from './tester.module.js';

/** What a playbook would do, before it does: its own tests, and a replay of what was. */
@Module({
  imports: [PoliciesModule, TesterModule],
  controllers: [ReplaysController],
  providers: [Replayer, ReplaysService, { provide: PlaybookReplayer, useExisting: ReplaysService }],
  exports: [ReplaysService, PlaybookReplayer, TesterModule],
})
export class RehearsalModule {}
