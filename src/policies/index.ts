export { FactsService } from './facts.service.js';
export { PlaybookReplayer } from './playbook-replayer.port.js';
export { PlaybookTester } from './playbook-tester.port.js';
export { PoliciesModule } from './policies.module.js';
export { type Activator, type InForce, PoliciesService } from './policies.service.js';
export { ProposalsModule } from './proposals.module.js';
export { ProposalsService } from './proposals.service.js';
export { TemplateSigner } from './template-signer.port.js';
export { type Proposal } from './proposals.repository.js';
