export { RehearsalModule } from './rehearsal.module.js';
export { Deciders } from './deciders.service.js';
export { Replayer } from './replayer.service.js';
export { ReplaysService } from './replays.service.js';
export { SimulationsService } from './simulations.service.js';
export { Simulator } from './simulator.service.js';
export { TesterModule } from './tester.module.js';
export { runAll } from './tester.service.js';
