import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { PersonExportController } from './person-export.controller.js';
import { PersonExportService } from './person-export.service.js';

/** What is stored about a person, for that person. */
@Module({
  imports: [AuditModule, ProfilesModule],
  controllers: [PersonExportController],
  providers: [PersonExportService],
})
export class ExportModule {}
