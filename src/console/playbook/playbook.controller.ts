import { Controller, Get, Inject, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { CheckupViews } from '../../checkup/index.js';
import { type Environment } from '../../config/environment.js';
import { EverybodyService } from '../../decisions/index.js';
import { Database } from '../../platform/database/index.js';
import { ENVIRONMENT } from '../../platform/runtime.js';
import { type Bundle } from '../../policies/bundle.js';
import { PoliciesService } from '../../policies/index.js';
import { Clock } from '../../shared/clock.js';
import { type Answer, DONE, page } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { FactsPage } from './facts-page.js';
import { PlaybookPage, wordingsWritten } from './playbook-page.js';
import { VocabularyPage } from './vocabulary-page.js';
import {
  type Activation,
  readActivations,
  readFacts,
  readTemplateUse,
  readVariantUse,
  readWaitingBundles,
  type VariantUse,
} from './playbook.read-model.js';

const ACTIVATIONS = 20;
const WAITING = 3;
const FACTS = 100;
/** 90 days: what came of a wording before says little of now. */
const VARIANTS_SINCE_MS = 90 * 86_400_000;
const doneQuery = z.object({ done: z.string().optional().catch(undefined) });
const factsQuery = z.object({
  kind: z.enum(['product', 'offer', 'claim']).optional().catch(undefined),
  id: z.string().max(200).optional(),
  after: z.string().max(200).optional(),
});

/** What came into force, and what it took the place of. */
function activatedText([now, before]: readonly Activation[]): string {
  const took =
    now === undefined || before === undefined
      ? ''
      : ` It is ${now.hash.slice(0, 12)} and took the place of ${before.hash.slice(0, 12)}, which ${before.by} had put in force on ${before.at.toISOString().slice(0, 16).replace('T', ' at ')} UTC.`;
  return `${DONE.activated}${took}`;
}

@ApiExcludeController()
@Controller('playbook')
@UseInterceptors(PageInterceptor)
export class PlaybookController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly everybody: EverybodyService,
    private readonly checkup: CheckupViews,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get()
  @Allow('policies.read')
  async show(@Query({ schema: doneQuery }) { done }: z.output<typeof doneQuery>): Promise<Answer> {
    const { db } = this.database;
    const bundle = this.policies.activeIfAny();
    const activations = await readActivations(db, ACTIVATIONS);
    return page({
      title: 'Playbook',
      section: 'playbook',
      ...(done === 'activated'
        ? { notice: { tone: 'good' as const, text: activatedText(activations) } }
        : {}),
      body: h(PlaybookPage, {
        bundle,
        findings: bundle === null ? [] : await this.policies.findings(bundle),
        tests: bundle === null ? null : await this.policies.test(bundle),
        problems: this.policies.lastProblems(),
        activations,
        waiting: await readWaitingBundles(db, WAITING),
        templates: bundle === null ? new Map() : await readTemplateUse(db, bundle.hash),
        variants: bundle === null ? [] : await this.variants(bundle),
        caps: bundle === null ? [] : await this.everybody.usage(db, bundle),
        open: bundle === null ? 0 : await this.checkup.open(),
        folder: this.environment.POLICIES_DIR,
      }),
    });
  }

  private variants(bundle: Bundle): Promise<VariantUse[]> {
    const tried = [...bundle.templates.values()].filter(({ spec }) => spec.variants !== undefined);
    const since = new Date(this.clock.now().getTime() - VARIANTS_SINCE_MS);
    const templateIds = tried.map(({ spec }) => spec.id);
    return readVariantUse(
      this.database.db,
      { templateIds, actions: [...wordingsWritten(bundle).keys()] },
      since,
    );
  }

  @Get('facts')
  @Allow('facts.read')
  async facts(@Query({ schema: factsQuery }) query: z.output<typeof factsQuery>): Promise<Answer> {
    const kind = query.kind ?? null;
    const rows = await readFacts(this.database.db, {
      kind,
      id: query.id ?? null,
      after: query.after ?? null,
      limit: FACTS + 1,
    });
    const facts = rows.slice(0, FACTS);
    const further = new URLSearchParams({
      ...(kind === null ? {} : { kind }),
      after: facts.at(-1)?.id ?? '',
    });
    return page({
      title: 'Facts',
      section: 'playbook',
      body: h(FactsPage, {
        facts,
        kind,
        older: rows.length > FACTS ? `/playbook/facts?${further.toString()}` : null,
      }),
    });
  }

  @Get('vocabulary')
  @Allow('policies.read')
  async vocabulary(): Promise<Answer> {
    const carried = await this.policies.carried();
    return page({
      title: 'Vocabulary',
      section: 'playbook',
      body: h(VocabularyPage, { bundle: this.policies.active(), carried }),
    });
  }
}
