import { Module } from '@nestjs/common';
import { PlaybookTester } from '../policies/index.js';
import { TesterService } from './tester.service.js';

/** What a playbook would do, before it does: its own tests. */
@Module({
  providers: [{ provide: PlaybookTester, useClass: TesterService }],
  exports: [PlaybookTester],
})
export class RehearsalModule {}
