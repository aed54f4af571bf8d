import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** Figures, for everyone. */
@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
export class TelemetryModule {}
