import { Global, Module } from '@nestjs/common';
import { Neighbours } from './neighbours.js';
import { Redis } from './redis.js';

/** Redis, for whoever has use for it; connected to when it is first asked for, and never without REDIS_URL. */
@Global()
@Module({ providers: [Redis, Neighbours], exports: [Redis, Neighbours] })
export class RedisModule {}
