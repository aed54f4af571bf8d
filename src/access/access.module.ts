import { Global, Module } from '@nestjs/common';
import { AccessService } from './access.service.js';

/** Who may come in and what they may do there. */
@Global()
@Module({ providers: [AccessService], exports: [AccessService] })
export class AccessModule {}
