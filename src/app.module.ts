import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from './access/index.js';
import { AuditModule } from './audit/index.js';
import { ConsoleModule } from './console/index.js';
import { ExportModule } from './export/index.js';
import { HealthModule } from './health/index.js';
import { PipelineModule } from './pipeline/index.js';
import { type Database, DatabaseModule } from './platform/database/index.js';
import { HttpModule } from './platform/http/index.js';
import { RedisModule } from './platform/redis/index.js';
import { type Runtime } from './platform/runtime.js';
import { RuntimeModule } from './platform/runtime.module.js';
import { WorkModule } from './platform/work/index.js';

/** The whole service. */
@Module({})
export class AppModule {
  static of(database: Database, runtime: Runtime): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule.of(database),
        RuntimeModule.of(runtime),
        HttpModule,
        RedisModule,
        WorkModule,
        AuditModule,
        AccessModule,
        PipelineModule,
        ExportModule,
        HealthModule,
        ConsoleModule,
      ],
    };
  }
}
