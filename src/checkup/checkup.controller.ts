import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Allow } from '../access/index.js';
import { decodeCursor, page, pageQuery } from '../platform/http/index.js';
import { CheckupViews } from './checkup-views.service.js';
import { HEALTH_CODES, SEVERITIES } from './finding.js';

const severity = z.enum(SEVERITIES);
const findingsQuery = pageQuery.extend({
  state: z.enum(['open', 'resolved', 'all']).default('open'),
  owner: z.string().min(1).max(200).optional(),
});
const finding = z
  .strictObject({
    id: z.string(),
    code: z.enum(HEALTH_CODES),
    /** What it is about, such as `triggers/abandoned-checkout`. */
    subject: z.string(),
    severity,
    /** Null: nobody owns it. */
    owner: z.string().nullable(),
    message: z.string(),
    /** What to do about it. */
    advice: z.string(),
    /** A page of the console. */
    href: z.string(),
    firstSeenAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    /** Null while it is open. */
    resolvedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'PlaybookFinding' });
const healthAnswer = z
  .strictObject({
    /** When the playbook was looked at last; null before the first look. */
    lookedAt: z.iso.datetime().nullable(),
    /** Open findings of all owners. */
    open: z.strictObject({ high: z.int(), medium: z.int(), low: z.int() }),
    /** Links looked at within a week; null while the playbook does not ask for it: then nothing is known of them. */
    links: z.strictObject({ ok: z.int(), broken: z.int(), unknown: z.int() }).nullable(),
    data: z.array(finding),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'PlaybookHealth' });
const rulesQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(7) });
const rulesAnswer = z
  .strictObject({
    days: z.int(),
    /** Executed decisions in these days. */
    decisions: z.int(),
    /** Decisions from before then are counted. */
    countedUntil: z.iso.datetime().nullable(),
    currency: z.string(),
    data: z.array(
      z.strictObject({
        rule: z.string(),
        /** Null, as are the next two, for a rule that the playbook in force does not have. */
        effect: z.enum(['suppress', 'handoff', 'review', 'limit']).nullable(),
        severity: z.string().nullable(),
        owner: z.string().nullable(),
        /** Decisions in which it matched for a candidate. */
        matched: z.int(),
        /** In which it stood in the way of one, or asked for a person. */
        stood: z.int(),
        /** In which nothing else did. */
        alone: z.int(),
        /** By how much the best that it alone held back was expected to be worth more than what was done, in minor units. */
        cost: z.number(),
      }),
    ),
  })
  .meta({ id: 'PlaybookRuleUse' });

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies/health')
export class CheckupController {
  constructor(private readonly views: CheckupViews) {}

  /** What was found while the playbook runs: whose it is, since when, and what to do. The gravest first. */
  @Get()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: healthAnswer })
  async show(
    @Query({ schema: findingsQuery }) query: z.output<typeof findingsQuery>,
  ): Promise<z.output<typeof healthAnswer>> {
    const after = decodeCursor(query.cursor, z.tuple([z.int(), z.iso.datetime(), z.string()]));
    const rows = await this.views.findings({
      state: query.state,
      owner: query.owner ?? null,
      after: after === null ? null : { rank: after[0], at: after[1], id: after[2] },
      limit: query.limit,
    });
    const found = page(rows, query.limit, ({ severity: grave, firstSeenAt, id }) => [
      SEVERITIES.indexOf(grave) + 1,
      firstSeenAt.toISOString(),
      id,
    ]);
    const { lookedAt, open, links } = await this.views.health();
    return {
      lookedAt: lookedAt?.toISOString() ?? null,
      open,
      links,
      data: found.data.map((row) => ({
        ...row,
        firstSeenAt: row.firstSeenAt.toISOString(),
        lastSeenAt: row.lastSeenAt.toISOString(),
        resolvedAt: row.resolvedAt?.toISOString() ?? null,
      })),
      nextCursor: found.nextCursor,
    };
  }

  /** Which guardrails bit how often in the last days, and what they cost in expected value. The dearest first. */
  @Get('rules')
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: rulesAnswer })
  async rules(
    @Query({ schema: rulesQuery }) { days }: z.output<typeof rulesQuery>,
  ): Promise<z.output<typeof rulesAnswer>> {
    const { decisions, countedUntil, currency, rules } = await this.views.rules(days);
    return {
      days,
      decisions,
      countedUntil: countedUntil?.toISOString() ?? null,
      currency,
      data: rules.map(({ spec, ...line }) => ({
        ...line,
        effect: spec?.effect ?? null,
        severity: spec?.severity ?? null,
        owner: spec?.owner ?? null,
      })),
    };
  }
}
