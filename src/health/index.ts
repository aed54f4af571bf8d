export { HealthModule } from './health.module.js';
export { HealthService, type Readiness } from './health.service.js';
