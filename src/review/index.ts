export { GatesService } from './gates.service.js';
export { ReviewModule } from './review.module.js';
export { ReviewService } from './review.service.js';
