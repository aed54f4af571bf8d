import { Module } from '@nestjs/common';
import { PoliciesModule } from './policies.module.js';
import { ProposalsController } from './proposals.controller.js';

/** Changes of the playbook over HTTP. */
@Module({ imports: [PoliciesModule], controllers: [ProposalsController] })
export class ProposalsModule {}
