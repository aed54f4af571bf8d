export { OutcomesModule } from './outcomes.module.js';
export { OutcomesService } from './outcomes.service.js';
export { WithdrawalsService } from './withdrawals.service.js';
