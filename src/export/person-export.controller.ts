import { Readable } from 'node:stream';
import { Controller, Get, Param, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Problem } from '../platform/http/index.js';
import { Clock } from '../shared/clock.js';
import { personExportSchema } from './person-export.js';
import { PersonExportService } from './person-export.service.js';

/** Handing a person everything that is stored about them. */
@Controller('v1/profiles')
@ApiTags('Profiles')
@ApiBearerAuth()
export class PersonExportController {
  constructor(
    private readonly exports: PersonExportService,
    private readonly clock: Clock,
  ) {}

  @Get(':userId/export')
  @Allow('profiles.export')
  @ApiOperation({
    summary: 'Everything stored about a person as one JSON document, to hand to them',
    description:
      'Streamed as a file. Written down in the audit log. Breaks off, and is no JSON then, when the person is erased or merged meanwhile.',
  })
  @ApiResponse({ status: 200, standardSchema: personExportSchema })
  @ApiResponse({ status: 404, description: 'Nobody is known by this userId, or no longer' })
  async export(@Param('userId') userId: string, @CurrentActor() actor: Actor): Promise<StreamableFile> {
    const subject = await this.exports.ask(userId, actorId(actor));
    if (subject === null) throw new Problem(404, 'unknown-profile', 'Nobody is known by this userId.');
    const day = this.clock.now().toISOString().slice(0, 10);
    return new StreamableFile(Readable.from(this.exports.read(subject)), {
      type: 'application/json; charset=utf-8',
      // Named by the profile: a userId may be an address, and file names travel.
      disposition: `attachment; filename="person-${subject.profileId}-${day}.json"`,
    });
  }
}
