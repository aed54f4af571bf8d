import { Controller, Get, Param, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { type Bundle } from '../../policies/bundle.js';
import { changesBetween } from '../../policies/diff.js';
import { PoliciesService, ProposalsService } from '../../policies/index.js';
import { type Answer, page } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { BundlePage, type BundlePageProps } from './bundle-page.js';
import { readBundle, readBundleActivations, readDecisionsUnder } from './bundle.read-model.js';
import { filesBetween, rulesBetween } from './bundles-beside.js';

const ACTIVATIONS = 20;
const DECISIONS = 20;
const bundleHash = z.string().regex(/^[0-9a-f]{64}$/, "should be a bundle's hash");

/** A page for each playbook that was ever kept. */
@ApiExcludeController()
@Controller('playbook/bundles')
@UseInterceptors(PageInterceptor)
export class BundlePagesController {
  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly proposals: ProposalsService,
  ) {}

  @Get(':hash')
  @Allow('policies.read')
  async show(@Param('hash', { schema: bundleHash }) hash: string): Promise<Answer> {
    const { db } = this.database;
    const found = await readBundle(db, hash);
    if (found === null) throw new Problem(404, 'no-such-bundle', `There is no bundle ${hash}.`);
    const bundle = await this.policies.bundleIfUsable(hash);
    const activations = await readBundleActivations(db, hash, ACTIVATIONS);
    return page({
      title: `Playbook ${hash.slice(0, 12)}`,
      section: 'playbook',
      body: h(BundlePage, {
        hash,
        createdAt: found.createdAt,
        counts: found.counts,
        bundle,
        tests: bundle === null ? null : await this.policies.test(bundle),
        activations,
        proposal: await this.proposals.latestOf(hash),
        isActive: found.isActive,
        ...(await this.beside(hash, bundle)),
        decisions: await readDecisionsUnder(db, hash, { spans: activations, limit: DECISIONS }),
      }),
    });
  }

  /** How it differs from the playbook in force. */
  private async beside(
    hash: string,
    bundle: Bundle | null,
  ): Promise<Pick<BundlePageProps, 'diff' | 'files'>> {
    const active = this.policies.active();
    if (active.hash === hash) return { diff: null, files: [] };
    const files = filesBetween(active.files, await this.policies.files(hash));
    if (bundle === null) return { diff: null, files };
    const changes = changesBetween(active, bundle);
    return { diff: { active: active.hash, changes, rules: rulesBetween(changes, active, bundle) }, files };
  }
}
