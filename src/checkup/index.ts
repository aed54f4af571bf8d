export { CheckupModule } from './checkup.module.js';
export { CheckupService } from './checkup.service.js';
export {
  CheckupViews,
  type PlaybookHealth,
  type RuleLine,
  type RuleUseOverview,
} from './checkup-views.service.js';
export { CountingService } from './counting.service.js';
export { countOpenFindings, type StoredFinding } from './health.repository.js';
export { LinksService } from './links.service.js';
