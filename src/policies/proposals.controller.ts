import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, Allow, CurrentActor, signer } from '../access/index.js';
import { decodeCursor, Idempotent, page, type Page, pageQuery } from '../platform/http/index.js';
import { changeWords, SEVERITIES } from './diff.js';
import { type Proposal } from './proposals.repository.js';
import { PlaybookRoute } from './playbook.gate.js';
import { ProposalsService } from './proposals.service.js';

const text = z.string().trim().min(1);
const proposalBody = z
  .strictObject({
    title: text.max(200),
    reason: text.max(4_000),
    /** The hash it was written against; left out: the one in force. */
    base: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "should be a bundle's hash")
      .optional(),
    /** By path: the new text, or null to drop the file. */
    changes: z.record(z.string(), z.string().nullable()).optional(),
    /** Instead of changes: a kept bundle as a whole, such as the folder's. */
    bundle: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "should be a bundle's hash")
      .optional(),
  })
  .refine(
    ({ changes, bundle, base }) =>
      bundle === undefined ? changes !== undefined : changes === undefined && base === undefined,
    {
      path: ['changes'],
      message: 'should say what to change, unless a bundle is named as a whole',
    },
  )
  .meta({ id: 'NewProposal' });
const verdictBody = z
  .strictObject({ verdict: z.enum(['approve', 'reject', 'withdraw']), note: text.max(4_000).optional() })
  .meta({ id: 'ProposalVerdict' });
const person = z.strictObject({ id: z.string(), name: z.string() });
const states = z.enum(['open', 'approved', 'rejected', 'withdrawn', 'activated']);
const proposalSchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    reason: z.string(),
    state: states,
    base: z.string(),
    bundle: z.string(),
    severity: z.enum(SEVERITIES),
    /** How many other people have to agree. */
    needed: z.int(),
    /** `folder`: a start found it in the playbook's folder, and the administrator answers for it. */
    origin: z.enum(['person', 'folder']),
    author: person,
    /** Who wrote what is proposed and cannot agree to it; null where nobody said who wrote the folder. */
    writers: z.array(person).nullable(),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    /** What would be otherwise, item by item, in words and in full. */
    changes: z.array(
      z.strictObject({
        item: z.string(),
        title: z.string(),
        change: z.enum(['added', 'removed', 'changed']),
        effect: z.enum(['tightened', 'loosened']).nullable(),
        severity: z.enum(SEVERITIES),
        owner: z.string().nullable(),
        words: z.string(),
        members: z.array(z.strictObject({ member: z.string(), before: z.json(), after: z.json() })),
      }),
    ),
    tests: z.strictObject({
      passed: z.int(),
      failed: z.int(),
      failures: z.array(z.string()),
      neverMatched: z.array(z.string()),
    }),
    replay: z.string().nullable(),
    verdicts: z.array(
      z.strictObject({
        by: person,
        verdict: z.enum(['approve', 'reject']),
        note: z.string().nullable(),
        at: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: 'Proposal' });
const proposalPageSchema = z
  .strictObject({ data: z.array(proposalSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'ProposalPage' });
type ProposalAnswer = z.output<typeof proposalSchema>;
const listQuery = pageQuery.extend({ state: states.optional() });

function toAnswer(proposal: Proposal): ProposalAnswer {
  const { replayId, tests, changes, verdicts, ...rest } = proposal;
  return {
    ...rest,
    author: { ...proposal.author },
    writers: proposal.writers?.map((each) => ({ ...each })) ?? null,
    changes: changes.map((change) => ({
      ...change,
      words: changeWords(change),
      members: change.members.map(({ member, before, after }) => ({ member, before, after })),
    })),
    tests: {
      passed: tests.passed,
      failed: tests.failures.length,
      failures: tests.failures.map(({ test }) => test),
      neverMatched: [...tests.coverage.neverMatched],
    },
    replay: replayId,
    verdicts: verdicts.map((verdict) => ({ ...verdict, by: { ...verdict.by } })),
  };
}

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies/proposals')
export class ProposalsController {
  constructor(private readonly proposals: ProposalsService) {}

  /** Proposes a change of the playbook: compiled, tested, compared and replayed. It changes nothing until somebody else agrees. */
  @Post()
  @Allow('policies.write')
  @PlaybookRoute()
  @Idempotent()
  @ApiResponse({ status: 201, standardSchema: proposalSchema })
  @ApiResponse({ status: 404, description: 'The base is gone' })
  @ApiResponse({
    status: 409,
    description:
      'The base is no longer in force, another proposal changes the same, or the bundle was in force before',
  })
  @ApiResponse({ status: 413, description: 'More than 16 MB; a playbook has at most 4 MB of text' })
  @ApiResponse({ status: 422, description: 'It has mistakes, each with its place, or changes nothing' })
  async propose(
    @Body({ schema: proposalBody }) body: z.output<typeof proposalBody>,
    @CurrentActor() actor: Actor,
  ): Promise<ProposalAnswer> {
    const { title, reason, base, changes = {}, bundle } = body;
    const by = signer(actor);
    return toAnswer(
      bundle === undefined
        ? await this.proposals.propose({ title, reason, base, changes }, by)
        : await this.proposals.proposeKept({ title, reason, bundle }, by),
    );
  }

  /** Proposals, newest first. */
  @Get()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: proposalPageSchema })
  async list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>): Promise<Page<ProposalAnswer>> {
    const after = decodeCursor(query.cursor, z.tuple([z.iso.datetime(), z.string()]));
    const rows = await this.proposals.list({
      states: query.state === undefined ? null : [query.state],
      after,
      limit: query.limit + 1,
    });
    return page(rows.map(toAnswer), query.limit, (row) => [row.createdAt, row.id]);
  }

  /** One proposal with its changes, tests, replay and verdicts. */
  @Get(':id')
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: proposalSchema })
  @ApiResponse({ status: 404, description: 'No such proposal' })
  async show(@Param('id') id: string): Promise<ProposalAnswer> {
    return toAnswer(await this.proposals.get(id));
  }

  /**
   * Proposes what a proposal that waits would change on the playbook in force, where its own base no longer is: a new proposal in its place,
   * checked, tested and replayed like any other.
   */
  @Post(':id/again')
  @Allow('policies.write')
  @Idempotent()
  @ApiResponse({ status: 201, standardSchema: proposalSchema })
  @ApiResponse({ status: 404, description: 'No such proposal' })
  @ApiResponse({
    status: 409,
    description:
      'Decided already, its base is in force, what came into force since changed the same (with both), or the folder proposed it',
  })
  @ApiResponse({ status: 422, description: 'What would come of it has mistakes, or is in force already' })
  async proposeAgain(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<ProposalAnswer> {
    return toAnswer(await this.proposals.proposeAgain(id, signer(actor)));
  }

  /** Agrees to a proposal of somebody else, refuses it, or withdraws one's own. A machine's token may not. */
  @Post(':id/verdict')
  @HttpCode(200)
  @Allow('policies.activate')
  @ApiResponse({ status: 200, standardSchema: proposalSchema })
  @ApiResponse({ status: 409, description: 'Decided already, one’s own, or the same person twice' })
  async judge(
    @Param('id') id: string,
    @Body({ schema: verdictBody }) body: z.output<typeof verdictBody>,
    @CurrentActor() actor: Actor,
  ): Promise<ProposalAnswer> {
    return toAnswer(await this.proposals.judge(id, body, signer(actor)));
  }
}
