import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { AuditService } from '../audit/index.js';
import { Database, type Executor } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { Clock } from '../shared/clock.js';
import { EVERY_TOPIC } from './consent.js';
import { ProfileViews } from './profile-views.service.js';
import {
  type ConsentInput,
  consentInputSchema,
  type ProfileAnswer,
  profileAnswerSchema,
} from './profiles.dto.js';
import { ProfilesService } from './profiles.service.js';

/** How far a statement's time may lie ahead of our clock before it is an error and not a clock. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** What is known of a person, what they agreed to, and forgetting them. */
@Controller('v1/profiles')
@ApiTags('Profiles')
@ApiBearerAuth()
export class ProfilesController {
  constructor(
    private readonly database: Database,
    private readonly profiles: ProfilesService,
    private readonly views: ProfileViews,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  @Get(':userId')
  @Allow('profiles.read')
  @ApiOperation({ summary: 'What is known of a person now' })
  @ApiResponse({ status: 200, standardSchema: profileAnswerSchema })
  @ApiResponse({ status: 404, description: 'Nobody is known by this userId' })
  get(@Param('userId') userId: string): Promise<ProfileAnswer> {
    return this.read(this.database.db, userId);
  }

  @Put(':userId/consent')
  @Allow('profiles.write')
  @ApiOperation({
    summary: 'Records what a person said about a channel; an older statement never replaces a newer one',
  })
  @ApiResponse({ status: 200, standardSchema: profileAnswerSchema })
  @ApiResponse({ status: 404, description: 'Nobody is known by this userId' })
  putConsent(
    @Param('userId') userId: string,
    @Body({ schema: consentInputSchema }) input: ConsentInput,
    @CurrentActor() actor: Actor,
  ): Promise<ProfileAnswer> {
    const now = this.clock.now().getTime();
    const at = Date.parse(input.at);
    if (at > now + CLOCK_TOLERANCE_MS) {
      throw new Problem(400, 'invalid-input', 'at: lies in the future', [
        { path: 'at', message: 'lies in the future' },
      ]);
    }
    const consent = { ...input, at: new Date(Math.min(at, now)).toISOString() };
    return this.database.transaction(async (tx) => {
      const profileId = await this.profiles.findByUserId(tx, userId);
      if (profileId === null) throw unknown();
      const { id } = await this.profiles.lock(tx, profileId);
      await this.profiles.recordConsents(tx, [{ profileId: id, consent }]);
      const { channel, topic, state, source } = consent;
      await this.audit.record(tx, {
        actor: actorId(actor),
        action: 'profile.consent_recorded',
        subject: profileId,
        detail: { channel, topic, state, at: consent.at },
        personal: { keyId: profileId, value: { source } },
      });
      if (state === 'granted' && topic === EVERY_TOPIC) {
        const grant = { channel, at: consent.at, source, actor: actorId(actor) };
        await this.profiles.liftSuppressions(tx, await this.profiles.load(tx, id), grant);
      }
      return this.read(tx, userId);
    });
  }

  @Delete(':userId')
  @HttpCode(204)
  @Allow('profiles.write')
  @ApiOperation({
    summary:
      'Erases a person: nothing kept of them can be read any more; suppressions of their addresses stay',
  })
  @ApiResponse({ status: 204, description: 'Erased' })
  @ApiResponse({ status: 404, description: 'Nobody is known by this userId' })
  async erase(@Param('userId') userId: string, @CurrentActor() actor: Actor): Promise<void> {
    const erased = await this.database.transaction((tx) => this.profiles.erase(tx, userId, actorId(actor)));
    if (!erased) throw unknown();
  }

  private async read(db: Executor, userId: string): Promise<ProfileAnswer> {
    const profileId = await this.profiles.findByUserId(db, userId);
    if (profileId === null) throw unknown();
    return this.views.answer(db, profileId);
  }
}

function unknown(): Problem {
  return new Problem(404, 'unknown-profile', 'Nobody is known by this userId.');
}
