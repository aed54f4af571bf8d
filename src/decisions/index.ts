export { type Decision, type DecisionResult } from './decision.js';
export { DecisionsModule } from './decisions.module.js';
export { type DecidedCase, DecisionsService, ENGINE_HERE } from './decisions.service.js';
export { profileFamily } from './family.read-model.js';
export { DecisionFollowUp } from './follow-up.port.js';
export { type Situation } from './situation.js';
export { SituationReader, type SituationRequest } from './situation.read-model.js';
export { type Task, type TaskState } from './tasks.repository.js';
export { type NewTask, TasksService } from './tasks.service.js';
