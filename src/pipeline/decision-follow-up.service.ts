import { Global, Injectable, Module } from '@nestjs/common';
import { AdviceModule } from '../advice/index.js';
import { type Decision, DecisionFollowUp, type Situation } from '../decisions/index.js';
import { MessagesModule, MessagesService } from '../messages/index.js';
import { type Tx } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';

/** A decision to act opens a message. */
@Injectable()
class MessageFollowUp extends DecisionFollowUp {
  constructor(private readonly messages: MessagesService) {
    super();
  }

  override async follow(tx: Tx, decision: Decision, situation: Situation, bundle: Bundle): Promise<void> {
    await this.messages.open(tx, decision, situation, bundle);
  }
}

/** What decisions need of later stages: what follows from them, and who advises. Global, because the stage that decides may not know those. */
@Global()
@Module({
  imports: [MessagesModule, AdviceModule],
  providers: [{ provide: DecisionFollowUp, useClass: MessageFollowUp }],
  exports: [DecisionFollowUp, AdviceModule],
})
export class DecisionFollowUpModule {}
