import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { decodeCursor, Idempotent, page, type Page, pageQuery } from '../platform/http/index.js';
import {
  affectedPeoplePageSchema,
  affectedPersonAnswer,
  type affectedPersonSchema,
} from './affected-answer.js';
import { AffectedPeople } from './affected-people.service.js';
import { PERSON_CHANGES } from './affected-person.js';
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
const listQuery = pageQuery.extend({ bundle: bundleHash.optional() });
const createdCursor = z.tuple([z.iso.datetime(), z.string()]);
const list = z
  .strictObject({ data: z.array(simulationAnswerSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'SimulationPage' });
const affectedQuery = pageQuery.extend({
  change: z.enum(PERSON_CHANGES).optional(),
  /** A code of what did it, such as `cap:marketing-pressure`. */
  cause: z.string().min(1).max(200).optional(),
});

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies/simulate')
export class SimulationsController {
  constructor(
    private readonly database: Database,
    private readonly simulations: SimulationsService,
    private readonly affectedPeople: AffectedPeople,
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

  /** Simulations, newest first. */
  @Get()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: list })
  async list(
    @Query({ schema: listQuery }) query: z.output<typeof listQuery>,
  ): Promise<Page<z.output<typeof simulationAnswerSchema>>> {
    const rows = await this.simulations.list(this.database.db, {
      bundleHash: query.bundle ?? null,
      after: decodeCursor(query.cursor, createdCursor),
      limit: query.limit + 1,
    });
    return page(rows.map(simulationAnswer), query.limit, ({ createdAt, id }) => [createdAt, id]);
  }

  /** How far a simulation has come, and what it shows. */
  @Get(':id')
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: simulationAnswerSchema })
  @ApiResponse({ status: 404, description: 'No such simulation' })
  async show(@Param('id') id: string): Promise<z.output<typeof simulationAnswerSchema>> {
    return simulationAnswer(await this.simulations.get(id));
  }

  /** Everybody who would get other messages than under the playbook in force, and what did it. Nobody who was erased is named. */
  @Get(':id/affected')
  @Allow('decisions.read')
  @ApiResponse({ status: 200, standardSchema: affectedPeoplePageSchema })
  @ApiResponse({ status: 404, description: 'No such simulation' })
  async affected(
    @Param('id') id: string,
    @Query({ schema: affectedQuery }) query: z.output<typeof affectedQuery>,
  ): Promise<Page<z.output<typeof affectedPersonSchema>>> {
    await this.simulations.get(id);
    const { data, nextCursor } = await this.affectedPeople.ofSimulation(id, query);
    return { data: data.map(affectedPersonAnswer), nextCursor };
  }
}
