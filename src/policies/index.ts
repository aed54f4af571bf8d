export { FactsService } from './facts.service.js';
export { PoliciesModule } from './policies.module.js';
export { PoliciesService, type Activator } from './policies.service.js';
export { TemplateSigner } from './template-signer.port.js';
