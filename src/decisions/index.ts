export { type Decision } from './decision.js';
export { DecisionsModule } from './decisions.module.js';
export { DecisionsService, ENGINE_HERE } from './decisions.service.js';
export { profileFamilies, profileFamily } from './family.read-model.js';
export { DecisionFollowUp } from './follow-up.port.js';
export { type Situation } from './situation.js';
export { SituationReader } from './situation.read-model.js';
export { DECISIONS_WITH_SITUATION, SITUATION } from './stored-situation.read-model.js';
export { TasksService } from './tasks.service.js';
