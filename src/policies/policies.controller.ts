import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Actor, Allow, CurrentActor, signer } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { decodeCursor, page, type Page, pageQuery, Problem } from '../platform/http/index.js';
import { type BundleSummary, findBundle, listBundles } from './bundles.read-model.js';
import { type Finding } from './bundle.js';
import { compilePlaybook } from './compiler.js';
import { PlaybookRoute } from './playbook.gate.js';
import { PoliciesService } from './policies.service.js';
import { ProposalsService } from './proposals.service.js';

const activator = z.strictObject({ id: z.string(), name: z.string() }).nullable();
const counts = z.record(z.string(), z.int());
const problem = z
  .strictObject({ file: z.string(), line: z.int(), column: z.int(), message: z.string() })
  .meta({ id: 'PlaybookError' });
const warning = problem
  .extend({
    /** Which kind it is, such as `shadowed`: stays the same where the message does not. */
    code: z.string(),
    /** What it is about, such as `guardrails/minors`. */
    subject: z.string(),
    /** Who has to see to it. */
    owner: z.string(),
  })
  .meta({ id: 'PlaybookWarning' });
const activeAnswer = z
  .strictObject({
    hash: z.string(),
    activatedAt: z.iso.datetime().nullable(),
    activatedBy: activator,
    counts,
    /** What is wrong with the folder, when it could not be taken up. */
    problems: z.array(problem),
  })
  .meta({ id: 'ActivePlaybook' });
const bundlesPage = z
  .strictObject({
    data: z.array(
      z.strictObject({
        hash: z.string(),
        counts,
        createdAt: z.iso.datetime(),
        active: z.boolean(),
        activatedAt: z.iso.datetime().nullable(),
        activatedBy: activator,
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'BundlesPage' });
const checkBody = z.strictObject({ files: z.record(z.string(), z.string()) }).meta({ id: 'PlaybookFiles' });
const checkAnswer = z
  .strictObject({
    ok: z.boolean(),
    errors: z.array(problem),
    /** What is probably not meant, such as a field that no signal ever carried. */
    warnings: z.array(warning),
    hash: z.string().nullable(),
  })
  .meta({ id: 'PlaybookCheck' });
const mismatch = z.strictObject({ member: z.string(), expected: z.string(), got: z.string() });
const testAnswer = z
  .strictObject({
    /** Compiles, and every test of it passes. */
    ok: z.boolean(),
    errors: z.array(problem),
    warnings: z.array(warning),
    hash: z.string().nullable(),
    tests: z
      .strictObject({
        passed: z.int(),
        failed: z.int(),
        failures: z.array(
          z.strictObject({
            test: z.string(),
            file: z.string(),
            line: z.int(),
            column: z.int(),
            mismatches: z.array(mismatch),
          }),
        ),
        coverage: z.strictObject({
          guardrails: z.int(),
          neverMatched: z.array(z.string()),
          neverFailedToMatch: z.array(z.string()),
        }),
      })
      .nullable(),
  })
  .meta({ id: 'PlaybookTests' });
const bundleHash = z.string().regex(/^[0-9a-f]{64}$/, "should be a bundle's hash");

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies')
export class PoliciesController {
  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly proposals: ProposalsService,
  ) {}

  /** The playbook in force. */
  @Get()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: activeAnswer })
  async active(): Promise<z.output<typeof activeAnswer>> {
    const { hash } = this.policies.active();
    const bundle = await findBundle(this.database.db, hash);
    if (bundle === null) throw new Problem(404, 'no-such-bundle', `There is no bundle ${hash}.`);
    return {
      hash,
      activatedAt: bundle.activatedAt,
      activatedBy: bundle.activatedBy,
      counts: bundle.counts,
      problems: [...this.policies.lastProblems()],
    };
  }

  /** Every kept bundle, newest first; one without an activation waits to be proposed or agreed to. */
  @Get('bundles')
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: bundlesPage })
  async bundles(
    @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>,
  ): Promise<Page<BundleSummary>> {
    const after = decodeCursor(query.cursor, z.tuple([z.iso.datetime(), z.string()]));
    const rows = await listBundles(this.database.db, after, query.limit + 1);
    return page(rows, query.limit, (bundle) => [bundle.createdAt, bundle.hash]);
  }

  /** Compiles files as they would be in the playbook's folder, and changes nothing. */
  @Post('check')
  @HttpCode(200)
  @PlaybookRoute()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: checkAnswer })
  @ApiResponse({ status: 413, description: 'More than 16 MB; a playbook has at most 4 MB of text' })
  async check(
    @Body({ schema: checkBody }) body: z.output<typeof checkBody>,
  ): Promise<z.output<typeof checkAnswer>> {
    const result = compilePlaybook(body.files);
    if (!result.ok) return { ok: false, errors: [...result.errors], warnings: [], hash: null };
    return {
      ok: true,
      errors: [],
      warnings: warningsOf(await this.policies.findings(result.bundle)),
      hash: result.bundle.hash,
    };
  }

  /** Compiles files and runs the tests among them, and changes nothing. */
  @Post('test')
  @HttpCode(200)
  @PlaybookRoute()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: testAnswer })
  @ApiResponse({ status: 413, description: 'More than 16 MB; a playbook has at most 4 MB of text' })
  async test(
    @Body({ schema: checkBody }) body: z.output<typeof checkBody>,
  ): Promise<z.output<typeof testAnswer>> {
    const result = compilePlaybook(body.files);
    if (!result.ok) return { ok: false, errors: [...result.errors], warnings: [], hash: null, tests: null };
    const { passed, failures, coverage } = await this.policies.test(result.bundle);
    return {
      ok: failures.length === 0,
      errors: [],
      warnings: warningsOf(await this.policies.findings(result.bundle)),
      hash: result.bundle.hash,
      tests: {
        passed,
        failed: failures.length,
        failures: failures.map(({ test, place, mismatches }) => ({
          test,
          ...place,
          mismatches: [...mismatches],
        })),
        coverage: {
          guardrails: coverage.guardrails,
          neverMatched: [...coverage.neverMatched],
          neverFailedToMatch: [...coverage.neverFailedToMatch],
        },
      },
    };
  }

  /** Puts a kept bundle in force and signs its templates in your name. A machine's token may not: it cannot sign. */
  @Post('bundles/:hash/activate')
  @HttpCode(200)
  @Allow('policies.activate')
  @ApiResponse({ status: 200, standardSchema: activeAnswer })
  @ApiResponse({ status: 403, description: 'Not a named person' })
  @ApiResponse({ status: 404, description: 'No such bundle' })
  @ApiResponse({
    status: 409,
    description:
      'It does not compile, its own tests fail, nobody proposed it, or its proposal waits for somebody to agree',
  })
  async activate(
    @Param('hash', { schema: bundleHash }) hash: string,
    @CurrentActor() actor: Actor,
  ): Promise<z.output<typeof activeAnswer>> {
    await this.proposals.activate(hash, signer(actor));
    return this.active();
  }
}

function warningsOf(findings: readonly Finding[]): z.output<typeof warning>[] {
  return findings.map(({ file, line, column, message, code, subject, owner }) => {
    return { file, line, column, message, code, subject, owner };
  });
}
