import { Module } from '@nestjs/common';
import { DispatchModule } from '../dispatch/index.js';
import { LlmModule } from '../platform/llm/index.js';
import { TelemetryModule } from '../platform/telemetry/index.js';
import { PoliciesModule } from '../policies/index.js';
import { DocsController } from './docs.controller.js';
import { DocsService } from './docs.service.js';
import { GaugesService } from './gauges.service.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { OpenApiService } from './openapi.service.js';

/** Whether the service lives, what it counts, and what it answers. */
@Module({
  imports: [TelemetryModule, PoliciesModule, LlmModule, DispatchModule],
  controllers: [HealthController, DocsController],
  providers: [HealthService, GaugesService, OpenApiService, DocsService],
  exports: [HealthService],
})
export class HealthModule {}
