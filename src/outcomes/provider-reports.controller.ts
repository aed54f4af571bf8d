import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Allow, Public } from '../access/index.js';
import { type Environment } from '../config/environment.js';
import { Problem, RawBodyRoute, readJson, readRawBody } from '../platform/http/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { ProviderReportsService } from './provider-reports.service.js';

const REPORT_LIMIT = 1_000_000;
const PROVIDER = /^[a-z][a-z0-9-]{0,39}$/;

const takenSchema = z
  .strictObject({
    success: z.literal(true),
    recorded: z.int(),
    ignored: z.array(z.strictObject({ index: z.int(), reason: z.string() })),
  })
  .meta({ id: 'ProviderReportTaken' });
const secretSchema = z
  .strictObject({ provider: z.string(), url: z.string(), secret: z.string() })
  .meta({ id: 'ProviderSecret' });

function providerOf(text: string): string {
  if (PROVIDER.test(text)) return text;
  throw new Problem(
    404,
    'no-such-provider',
    'A provider is named in lower-case letters, digits and hyphens.',
  );
}

@ApiTags('outcomes')
@Controller('v1/webhooks')
export class ProviderReportsController {
  constructor(
    private readonly reports: ProviderReportsService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /**
   * What a mail provider reports: deliveries, bounces, opens, clicks, unsubscriptions, complaints. `postmark`, `sendgrid` and `ses` are read in their
   * own shapes; under any other name send one event, a list, or `{ events: [{ type, messageId, at?, bounce?: "hard"|"soft", userAgent?, id? }] }`.
   * Signed after Standard Webhooks with the provider's secret, or with that secret as the password of HTTP Basic.
   */
  @Post(':provider')
  @HttpCode(200)
  @Public()
  @RawBodyRoute()
  @ApiBody({ description: 'The provider’s report as JSON.', schema: { type: 'object' } })
  @ApiResponse({ status: 200, standardSchema: takenSchema })
  async take(
    @Param('provider') name: string,
    @Req() request: FastifyRequest,
  ): Promise<z.output<typeof takenSchema>> {
    const provider = providerOf(name);
    const body = await readRawBody(request.body, REPORT_LIMIT);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([header, value]) => [
        header,
        Array.isArray(value) ? value.join(',') : value,
      ]),
    );
    if (!this.reports.isFrom(provider, { headers, body }))
      throw new Problem(
        401,
        'unsigned-report',
        'The report is neither signed nor sent with the secret of this provider.',
      );
    const { recorded, ignored } = await this.reports.take(provider, readJson(body));
    return { success: true, recorded, ignored: [...ignored] };
  }

  /** Where a provider sends its reports, and the secret it proves itself with. */
  @Get(':provider/secret')
  @Allow('people.manage')
  @ApiResponse({ status: 200, standardSchema: secretSchema })
  secret(@Param('provider') name: string): z.output<typeof secretSchema> {
    const provider = providerOf(name);
    return {
      provider,
      url: `${this.environment.publicUrl}/v1/webhooks/${provider}`,
      secret: this.reports.secret(provider),
    };
  }
}
