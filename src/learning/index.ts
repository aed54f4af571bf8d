export { AnswerHoursService } from './answer-hours.service.js';
export { type Automation, AutomationService } from './automation.service.js';
export { LearningModule } from './learning.module.js';
export { OBJECTIONS_NEEDED, type RiskFit, RiskFitService, VERDICTS_NEEDED } from './risk-fit.service.js';
export { UsualHoursService } from './usual-hours.service.js';
