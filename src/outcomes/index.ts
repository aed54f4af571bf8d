export { OutcomesModule } from './outcomes.module.js';
export { OutcomesService } from './outcomes.service.js';
