import { Global, Module } from '@nestjs/common';
import { Pace } from './pace.service.js';

/** Who comes first in a process that both answers and works. */
@Global()
@Module({ providers: [Pace], exports: [Pace] })
export class PaceModule {}
