import { Module } from '@nestjs/common';
import { DecisionsModule } from '../decisions/index.js';
import { MessagesModule } from '../messages/index.js';
import { PoliciesModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { SignalsModule } from '../signals/index.js';
import { LinksController } from './links.controller.js';
import { LinksService } from './links.service.js';
import { OutcomesService } from './outcomes.service.js';
import { ProviderReportsController } from './provider-reports.controller.js';
import { ProviderReportsService } from './provider-reports.service.js';
import { WithdrawalsService } from './withdrawals.service.js';

/** What came of messages. */
@Module({
  imports: [PoliciesModule, SignalsModule, ProfilesModule, DecisionsModule, MessagesModule],
  controllers: [LinksController, ProviderReportsController],
  providers: [OutcomesService, WithdrawalsService, LinksService, ProviderReportsService],
  exports: [OutcomesService, WithdrawalsService],
})
export class OutcomesModule {}
