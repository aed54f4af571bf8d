import { Module } from '@nestjs/common';
import { SignalsModule } from '../signals/index.js';
import { CarriedNamesService } from './carried-names.service.js';
import { ProfilesController } from './profiles.controller.js';
import { ProfilesService } from './profiles.service.js';

/** What is known of each person. */
@Module({
  imports: [SignalsModule],
  controllers: [ProfilesController],
  providers: [ProfilesService, CarriedNamesService],
  exports: [ProfilesService, CarriedNamesService],
})
export class ProfilesModule {}
