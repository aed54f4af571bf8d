export { Overloaded, SignalsService } from './signals.service.js';
export { SignalsModule } from './signals.module.js';
