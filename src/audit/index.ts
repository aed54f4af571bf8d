export { AuditModule } from './audit.module.js';
export { type AuditRecord, AuditService, type ChainReport, verifyChain } from './audit.service.js';
