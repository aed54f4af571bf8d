export { RehearsalModule } from './rehearsal.module.js';
export { runAll } from './tester.service.js';
