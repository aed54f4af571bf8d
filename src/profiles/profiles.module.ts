import { Module } from '@nestjs/common';
import { SignalsModule } from '../signals/index.js';
import { CarriedNamesService } from './carried-names.service.js';
import { ProfileViews } from './profile-views.service.js';
import { ProfilesController } from './profiles.controller.js';
import { ProfilesService } from './profiles.service.js';

/** What is known of each person. */
@Module({
  imports: [SignalsModule],
  controllers: [ProfilesController],
  providers: [ProfilesService, ProfileViews, CarriedNamesService],
  exports: [ProfilesService, ProfileViews, CarriedNamesService],
})
export class ProfilesModule {}
