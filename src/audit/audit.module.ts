import { Global, Module } from '@nestjs/common';
import { AuditService } from './audit.service.js';

/** The sealed log, for everyone. */
@Global()
@Module({ providers: [AuditService], exports: [AuditService] })
export class AuditModule {}
