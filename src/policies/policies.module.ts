import { Module } from '@nestjs/common';
import { FactsController } from './facts.controller.js';
import { FactsService } from './facts.service.js';
import { PlaybookGate } from './playbook.gate.js';
import { PoliciesController } from './policies.controller.js';
import { PoliciesService } from './policies.service.js';
import { ProposalsService } from './proposals.service.js';

/** The playbook and the facts. */
@Module({
  controllers: [PoliciesController, FactsController],
  providers: [PoliciesService, ProposalsService, FactsService, PlaybookGate],
  exports: [PoliciesService, ProposalsService, FactsService],
})
export class PoliciesModule {}
