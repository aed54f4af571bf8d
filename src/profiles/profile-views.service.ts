import { Injectable } from '@nestjs/common';
import { type Executor } from '../platform/database/index.js';
import { Clock } from '../shared/clock.js';
import { toFeatures } from './features.js';
import { type ProfileAnswer } from './profiles.dto.js';
import { ProfilesService } from './profiles.service.js';
import { stageAt } from './stage.js';

/** Profiles as they are answered. */
@Injectable()
export class ProfileViews {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly clock: Clock,
  ) {}

  /** @throws ErasedError, or Error when there is no such profile. */
  async answer(db: Executor, profileId: string): Promise<ProfileAnswer> {
    const profile = await this.profiles.load(db, profileId);
    const now = this.clock.now().toISOString();
    const { events } = toFeatures(profile, now);
    return {
      id: profile.id,
      userId: profile.userId,
      anonymousIds: [...profile.anonymousIds],
      traits: profile.traits,
      addresses: profile.addresses,
      consents: profile.consents.map((consent) => ({ ...consent })),
      suppressions: (await this.profiles.suppressionsOf(db, profile)).map(({ channel, reason, at }) => ({
        channel,
        reason,
        at,
      })),
      country: profile.country,
      locale: profile.locale,
      zones: [...profile.zones],
      zoneSource: profile.zoneSource,
      stage: stageAt(profile, now),
      events,
      groups: [...profile.groups],
      merges: (await this.profiles.mergesOf(db, profileId)).map((each) => ({ ...each })),
      firstSeenAt: profile.firstSeenAt,
      lastSeenAt: profile.lastSeenAt,
    };
  }
}
