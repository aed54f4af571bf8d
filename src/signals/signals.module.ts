import { Module } from '@nestjs/common';
import { SignalsService } from './signals.service.js';

/** What customers do, as it arrives. */
@Module({ providers: [SignalsService], exports: [SignalsService] })
export class SignalsModule {}
