export { AuditModule } from './audit.module.js';
export { type AuditRecord, AuditService, verifyChain } from './audit.service.js';
