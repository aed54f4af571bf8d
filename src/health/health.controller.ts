import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Public } from '../access/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { HealthService, type Readiness, readinessSchema } from './health.service.js';

const livenessSchema = z.strictObject({ status: z.literal('live') }).meta({ id: 'Liveness' });

/** What watches over the service asks here. */
@ApiTags('running')
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'Whether the process answers at all: its event loop turns' })
  @ApiResponse({ status: 200, standardSchema: livenessSchema, description: 'It does' })
  live(): z.output<typeof livenessSchema> {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({
    summary:
      'Whether it can do its work: database, schema, playbook and loops. Without Redis, model or mail it is degraded, and goes on',
  })
  @ApiResponse({
    status: 200,
    standardSchema: readinessSchema,
    description: 'It can; `degraded` when it does without something',
  })
  @ApiResponse({
    status: 503,
    standardSchema: readinessSchema,
    description: 'A part that is needed is missing',
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.health.readiness();
    reply.code(readiness.status === 'unavailable' ? 503 : 200);
    return readiness;
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Figures in the Prometheus text format' })
  @ApiResponse({
    status: 200,
    description: 'Every metric of this process',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { contentType, body } = await this.metrics.text();
    reply.type(contentType);
    return body;
  }
}
