export { Neighbours } from './neighbours.js';
export { type Connection, Redis } from './redis.js';
export { RedisModule } from './redis.module.js';
