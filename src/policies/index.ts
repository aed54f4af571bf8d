export { FactsService } from './facts.service.js';
export { PlaybookTester } from './playbook-tester.port.js';
export { PoliciesModule } from './policies.module.js';
export { PoliciesService } from './policies.service.js';
export { TemplateSigner } from './template-signer.port.js';
