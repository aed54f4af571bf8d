import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { Idempotent } from '../platform/http/index.js';
import { simulationAnswer, simulationAnswerSchema } from './simulation-answer.js';
import { MOST_PEOPLE } from './simulation-request.js';
import { SimulationsService } from './simulations.service.js';

const bundleHash = z.string().regex(/^[0-9a-f]{64}$/, "should be a bundle's hash");
const hours = z
  .number()
  .min(0)
  .max(24 * 30);
const simulationBody = z
  .strictObject({
    bundle: bundleHash,
    /** The last 28 days unless said otherwise; at most 92. */
    since: z.iso.datetime().optional(),
    until: z.iso.datetime().optional(),
    /** When signals are heard: when they arrived (left out), or when they happened, as if each had arrived at once. */
    heard: z.enum(['arrival', 'occurrence']).optional(),
    /** Which people are picked where there are more, and how chance falls. */
    seed: z.string().min(1).max(100).optional(),
    /** People at most. */
    people: z.int().min(1).max(MOST_PEOPLE).optional(),
    /** How long after a decision a person approves its message. */
    reviewHours: hours.optional(),
    /** How long a task stays open. */
    taskHours: hours.optional(),
  })
  .meta({ id: 'NewSimulation' });
const asked = z.strictObject({ id: z.string() }).meta({ id: 'SimulationAsked' });
const listQuery = z.strictObject({
  bundle: bundleHash.optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
const list = z.strictObject({ data: z.array(simulationAnswerSchema) }).meta({ id: 'Simulations' });

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies/simulate')
export class SimulationsController {
  constructor(
    private readonly database: Database,
    private readonly simulations: SimulationsService,
  ) {}

  /**
   * Runs stored signals through a kept bundle and through the one in force, in the background: each simulated message enters the history that
   * the next decision reads. Nothing is sent and nobody is affected.
   */
  @Post()
  @HttpCode(202)
  @Allow('policies.read')
  @Idempotent()
  @ApiResponse({ status: 202, standardSchema: asked })
  @ApiResponse({ status: 404, description: 'No such bundle' })
  @ApiResponse({
    status: 409,
    description: 'The bundle cannot be compiled any more, or nothing was heard in the span',
  })
  async ask(
    @Body({ schema: simulationBody }) body: z.output<typeof simulationBody>,
    @CurrentActor() actor: Actor,
  ): Promise<z.output<typeof asked>> {
    return { id: await this.simulations.ask({ ...body, by: actorId(actor) }) };
  }

  /** The latest simulations, newest first. */
  @Get()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: list })
  async list(
    @Query({ schema: listQuery }) query: z.output<typeof listQuery>,
  ): Promise<z.output<typeof list>> {
    const rows = await this.simulations.list(this.database.db, {
      bundleHash: query.bundle ?? null,
      limit: query.limit,
    });
    return { data: rows.map(simulationAnswer) };
  }

  /** How far a simulation has come, and what it shows. */
  @Get(':id')
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: simulationAnswerSchema })
  @ApiResponse({ status: 404, description: 'No such simulation' })
  async show(@Param('id') id: string): Promise<z.output<typeof simulationAnswerSchema>> {
    return simulationAnswer(await this.simulations.get(id));
  }
}
