import { Module } from '@nestjs/common';
import { TelemetryModule } from '../platform/telemetry/index.js';

/** Whether the service lives, what it counts, and what it answers. */
@Module({ imports: [TelemetryModule] })
export class HealthModule {}
