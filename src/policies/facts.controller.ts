import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, Allow, CurrentActor } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { decodeCursor, Idempotent, page, type Page, pageQuery, Problem } from '../platform/http/index.js';
import { type Fact, factIdSchema, type FactInput, factInputSchema, factKind, factSchema } from './fact.js';
import { FactsService } from './facts.service.js';

const factsQuery = pageQuery.extend({ kind: factKind.optional() });
const factsPage = z
  .strictObject({ data: z.array(factSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'FactsPage' });
const batchBody = z
  .strictObject({
    facts: z
      .array(z.looseObject({ id: factIdSchema }))
      .min(1)
      .max(1_000),
  })
  .meta({ id: 'FactBatch', description: 'Each fact as PUT takes it, with its `id` beside.' });
const batchAnswer = z.strictObject({ data: z.array(factSchema) }).meta({ id: 'FactBatchAnswer' });

@ApiTags('facts')
@ApiBearerAuth()
@Controller('v1/facts')
export class FactsController {
  constructor(
    private readonly database: Database,
    private readonly facts: FactsService,
  ) {}

  /** Facts at their latest version, by id. */
  @Get()
  @Allow('facts.read')
  @ApiResponse({ status: 200, standardSchema: factsPage })
  async list(@Query({ schema: factsQuery }) query: z.output<typeof factsQuery>): Promise<Page<Fact>> {
    const after = decodeCursor(query.cursor, z.tuple([z.string()]));
    const rows = await this.facts.list(this.database.db, query.kind ?? null, after?.[0] ?? null, query.limit + 1); // prettier-ignore
    return page(rows, query.limit, (fact) => [fact.id]);
  }

  /** Puts a fact. What it says already keeps its version; something new is a new version. */
  @Put(':id')
  @Allow('facts.write')
  @ApiResponse({ status: 200, standardSchema: factSchema })
  @ApiResponse({ status: 409, description: 'It is of another kind' })
  put(
    @Param('id', { schema: factIdSchema }) id: string,
    @Body({ schema: factInputSchema }) input: FactInput,
    @CurrentActor() actor: Actor,
  ): Promise<Fact> {
    return this.database.transaction((tx) => this.facts.put(tx, id, input, actor));
  }

  /** Puts up to a thousand facts, all or none. */
  @Post('batch')
  @HttpCode(200)
  @Allow('facts.write')
  @Idempotent()
  @ApiResponse({ status: 200, standardSchema: batchAnswer })
  async batch(
    @Body({ schema: batchBody }) body: z.output<typeof batchBody>,
    @CurrentActor() actor: Actor,
  ): Promise<z.output<typeof batchAnswer>> {
    const puts = readBatch(body);
    return { data: await this.database.transaction((tx) => this.facts.putAll(tx, puts, actor)) };
  }
}

/** Every fact by its own kind's rules, with its place in the batch. @throws Problem 400 naming each mistake. */
function readBatch(body: z.output<typeof batchBody>): { id: string; input: FactInput }[] {
  const errors: { path: string; message: string }[] = [];
  const seen = new Set<string>();
  const puts = body.facts.flatMap(({ id, ...rest }, index) => {
    const parsed = factInputSchema.safeParse(rest);
    if (seen.has(id)) errors.push({ path: `facts.${index}.id`, message: `"${id}" is in this batch twice` });
    seen.add(id);
    for (const issue of parsed.error?.issues ?? [])
      errors.push({ path: ['facts', index, ...issue.path].join('.'), message: issue.message });
    return parsed.success ? [{ id, input: parsed.data }] : [];
  });
  const [first] = errors;
  if (first !== undefined)
    throw new Problem(400, 'invalid-input', `${first.path}: ${first.message}`, errors.slice(0, 100));
  return puts;
}
