export { Neighbours } from './neighbours.js';
export { Redis } from './redis.js';
export { RedisModule } from './redis.module.js';
