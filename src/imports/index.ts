export { IMPORTS_GATE } from './imports.controller.js';
export { ImportsModule } from './imports.module.js';
export { ImportsService } from './imports.service.js';
