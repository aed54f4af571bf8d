import { Module } from '@nestjs/common';
import { DecisionsModule } from '../decisions/index.js';
import { DraftingModule } from '../drafting/index.js';
import { MessagesModule } from '../messages/index.js';
import { PoliciesModule } from '../policies/index.js';
import { checksVersionProvider } from './checks-version.provider.js';
import { RiskService } from './risk.service.js';

@Module({
  imports: [PoliciesModule, DecisionsModule, MessagesModule, DraftingModule],
  providers: [RiskService, checksVersionProvider],
  exports: [RiskService],
})
export class RiskModule {}
