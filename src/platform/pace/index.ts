export { Pace } from './pace.service.js';
export { PaceModule } from './pace.module.js';
