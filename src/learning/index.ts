export { AnswerHoursService } from './answer-hours.service.js';
export { type Automation, AutomationService } from './automation.service.js';
export { LearningModule } from './learning.module.js';
export { type RiskFit, RiskFitService } from './risk-fit.service.js';
export { UsualHoursService } from './usual-hours.service.js';
