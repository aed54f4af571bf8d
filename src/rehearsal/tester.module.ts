import { Module } from '@nestjs/common';
import { PlaybookTester } from '../policies/index.js';
import { TesterService } from './tester.service.js';

/** Runs the tests of playbooks; needs nothing but the playbook. */
@Module({
  providers: [{ provide: PlaybookTester, useClass: TesterService }],
  exports: [PlaybookTester],
})
export class TesterModule {}
