import { Module } from '@nestjs/common';
import { FactsService } from './facts.service.js';
import { PoliciesService } from './policies.service.js';

/** The playbook and the facts. */
@Module({
  providers: [PoliciesService, FactsService],
  exports: [PoliciesService, FactsService],
})
export class PoliciesModule {}
