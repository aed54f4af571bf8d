import { Module } from '@nestjs/common';
import { PoliciesModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { TriggersService } from './triggers.service.js';

/** When to pay attention to somebody. */
@Module({
  imports: [PoliciesModule, ProfilesModule],
  providers: [TriggersService],
  exports: [TriggersService],
})
export class TriggersModule {}
