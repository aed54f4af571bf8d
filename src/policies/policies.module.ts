import { Module } from '@nestjs/common';
import { FactsController } from './facts.controller.js';
import { FactsService } from './facts.service.js';
import { PoliciesController } from './policies.controller.js';
import { PoliciesService } from './policies.service.js';

/** The playbook and the facts. */
@Module({
  controllers: [PoliciesController, FactsController],
  providers: [PoliciesService, FactsService],
  exports: [PoliciesService, FactsService],
})
export class PoliciesModule {}
