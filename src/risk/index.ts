export { RiskModule } from './risk.module.js';
export { type AssessedDraft, RiskService } from './risk.service.js';
