import { Module } from '@nestjs/common';
import { ProfilesService } from './profiles.service.js';

/** What is known of each person. */
@Module({ providers: [ProfilesService], exports: [ProfilesService] })
export class ProfilesModule {}
