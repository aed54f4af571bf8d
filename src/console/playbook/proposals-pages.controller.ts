import { Body, Controller, Get, HttpCode, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor, signer } from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { type Finding } from '../../policies/bundle.js';
import { PoliciesService, type Proposal, ProposalsService } from '../../policies/index.js';
import { type Guardrail } from '../../policies/playbook.js';
import { ReplaysService, SimulationsService } from '../../rehearsal/index.js';
import { replayAnswer } from '../../rehearsal/replay-answer.js';
import { simulationAnswer } from '../../rehearsal/simulation-answer.js';
import { LONGEST_DAYS, MOST_PEOPLE } from '../../rehearsal/simulation-request.js';
import { Clock } from '../../shared/clock.js';
import { optionalWords } from '../forms.js';
import { type Answer, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { filesBetween, rulesBetween } from './bundles-beside.js';
import { changesOf, leftOut, opened, otherFilesField } from './change-set.js';
import { EditPage, type EditProps, ProposalPage, ProposalsPage, type Refusal } from './proposal-pages.js';

const SHOWN = 50;
const DAY_MS = 86_400_000;
const FIRST_FILE = 'guardrails/restraint.yaml';
const editQuery = z.object({
  path: z.string().max(200).optional().catch(undefined),
  line: z.coerce.number().int().min(1).optional().catch(undefined),
});
const proposalForm = z.object({
  base: z.string(),
  path: z.string().trim().min(1).max(200),
  text: z.string().transform((text) => text.replaceAll('\r\n', '\n')),
  others: otherFilesField,
  title: z.string().trim().max(200),
  reason: z.string().trim().max(4_000),
});
const path = z.string().trim().max(200);
const draftForm = proposalForm.extend({
  /** A file to go on with; empty for the one chosen as `next`. */
  open: path.optional(),
  next: path.optional(),
  leaveOut: path.optional(),
});
const verdictForm = z.object({ verdict: z.enum(['approve', 'reject', 'withdraw']), note: optionalWords });
const simulationForm = z.object({
  days: z.coerce.number().int().min(1).max(LONGEST_DAYS),
  heard: z.enum(['arrival', 'occurrence']),
  people: z.coerce.number().int().min(1).max(MOST_PEOPLE).optional(),
});
const activationForm = z.object({ proposal: z.string().optional() });

/** Statuses that are told in place, with what was written still there. */
const TOLD_IN_PLACE = new Set([404, 409, 422]);

@ApiExcludeController()
@Controller('playbook')
@UseInterceptors(PageInterceptor)
export class ProposalsPagesController {
  constructor(
    private readonly policies: PoliciesService,
    private readonly proposals: ProposalsService,
    private readonly replays: ReplaysService,
    private readonly simulations: SimulationsService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get('proposals')
  @Allow('policies.read')
  async list(): Promise<Answer> {
    const proposals = await this.proposals.list({ states: null, after: null, limit: SHOWN });
    return page({ title: 'Proposals', section: 'playbook', body: h(ProposalsPage, { proposals }) });
  }

  @Get('edit')
  @Allow('policies.write')
  edit(@Query({ schema: editQuery }) query: z.output<typeof editQuery>): Answer {
    const { hash, files } = this.policies.active();
    const paths = Object.keys(files);
    const path = query.path ?? (paths.includes(FIRST_FILE) ? FIRST_FILE : (paths[0] ?? ''));
    return editPage({
      base: hash,
      paths,
      path,
      text: Object.hasOwn(files, path) ? (files[path] ?? '') : '',
      others: {},
      title: '',
      reason: '',
      line: query.line ?? null,
      refusal: null,
      check: null,
    });
  }

  /** Goes on with another file of the same change, or checks what was written; changes nothing. */
  @Post('edit')
  @HttpCode(200)
  @Allow('policies.write')
  async draft(@Body({ schema: draftForm }) body: z.output<typeof draftForm>): Promise<Answer> {
    const { open, next, leaveOut, ...form } = body;
    const { files } = this.policies.active();
    const shown = { ...form, paths: Object.keys(files), line: null, refusal: null, check: null };
    if (leaveOut !== undefined) return editPage(leftOut(shown, leaveOut));
    const wanted = open === '' ? next : open;
    if (wanted !== undefined && wanted !== '') return editPage({ ...shown, ...opened(form, wanted, files) });
    return editPage({ ...shown, check: await this.proposals.check(changesOf(form)) });
  }

  @Post('proposals')
  @HttpCode(200)
  @Allow('policies.write')
  async propose(
    @Body({ schema: proposalForm }) form: z.output<typeof proposalForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    const { base, title, reason } = form;
    try {
      const changes = changesOf(form);
      if (title === '' || reason === '')
        throw new Problem(422, 'no-words', 'Say in the title what it changes, and below it why.');
      const { id } = await this.proposals.propose({ title, reason, base, changes }, signer(actor));
      return redirect(withDone(`/playbook/proposals/${id}`, 'proposed'));
    } catch (error) {
      const paths = Object.keys(this.policies.active().files);
      return editPage({ ...form, paths, line: null, refusal: refusalOf(error), check: null }, error);
    }
  }

  @Get('proposals/:id')
  @Allow('policies.read')
  show(@Param('id') id: string): Promise<Answer> {
    return this.proposal(id, null);
  }

  @Post('proposals/:id/verdict')
  @HttpCode(200)
  @Allow('policies.activate')
  async judge(
    @Param('id') id: string,
    @Body({ schema: verdictForm }) form: z.output<typeof verdictForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    try {
      await this.proposals.judge(id, form, signer(actor));
    } catch (error) {
      return this.proposal(id, refusalOf(error), error);
    }
    return redirect(withDone(`/playbook/proposals/${id}`, `proposal_${form.verdict}`));
  }

  @Post('proposals/:id/again')
  @HttpCode(200)
  @Allow('policies.write')
  async proposeAgain(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    const by = signer(actor);
    try {
      const again = await this.proposals.proposeAgain(id, by);
      return redirect(withDone(`/playbook/proposals/${again.id}`, 'proposed'));
    } catch (error) {
      return this.proposal(id, refusalOf(error), error);
    }
  }

  @Post('proposals/:id/simulate')
  @HttpCode(200)
  @Allow('policies.write')
  async simulate(
    @Param('id') id: string,
    @Body({ schema: simulationForm }) { days, ...wish }: z.output<typeof simulationForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    const { bundle } = await this.proposals.get(id);
    const until = this.clock.now();
    const since = new Date(until.getTime() - days * DAY_MS).toISOString();
    try {
      await this.simulations.ask({ ...wish, bundle, since, until: until.toISOString(), by: actorId(actor) });
    } catch (error) {
      return this.proposal(id, refusalOf(error), error);
    }
    return redirect(`${withDone(`/playbook/proposals/${id}`, 'simulated')}#simulation`);
  }

  /** Asks others to agree to a bundle that is kept, such as the folder's. */
  @Post('bundles/:hash/propose')
  @HttpCode(200)
  @Allow('policies.write')
  async proposeKept(@Param('hash') hash: string, @CurrentActor() actor: Actor): Promise<Answer> {
    const title = `The kept playbook ${hash.slice(0, 12)}`;
    const reason = 'Proposed as it was kept.';
    const { id } = await this.proposals.proposeKept({ title, reason, bundle: hash }, signer(actor));
    return redirect(withDone(`/playbook/proposals/${id}`, 'proposed'));
  }

  /** Activating signs the templates, so only a named person can. */
  @Post('bundles/:hash/activate')
  @HttpCode(200)
  @Allow('policies.activate')
  async activate(
    @Param('hash') hash: string,
    @Body({ schema: activationForm }) form: z.output<typeof activationForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    const person = signer(actor);
    try {
      await this.proposals.activate(hash, person);
    } catch (error) {
      if (form.proposal === undefined) throw error;
      return this.proposal(form.proposal, refusalOf(error), error);
    }
    return redirect(withDone('/playbook', 'activated'));
  }

  private async proposal(id: string, refusal: Refusal | null, error?: unknown): Promise<Answer> {
    const proposal = await this.proposals.get(id);
    const replay =
      proposal.replayId === null ? null : replayAnswer(await this.replays.get(proposal.replayId));
    const [simulated] = await this.simulations.list(this.database.db, {
      bundleHash: proposal.bundle,
      after: null,
      limit: 1,
    });
    const simulation = simulated === undefined ? null : simulationAnswer(simulated);
    const files = filesBetween(
      await this.policies.files(proposal.base),
      await this.policies.files(proposal.bundle),
    );
    const warnings = await this.warningsBetween(proposal.base, proposal.bundle);
    const rules = await this.rulesOf(proposal);
    const inForce = this.policies.active().hash;
    return page({
      title: proposal.title,
      section: 'playbook',
      ...(error instanceof Problem ? { status: error.status } : {}),
      body: h(ProposalPage, { proposal, inForce, replay, simulation, refusal, warnings, rules, files }),
    });
  }

  private async rulesOf({ changes, base, bundle }: Proposal): Promise<Map<string, Guardrail>> {
    return rulesBetween(
      changes,
      await this.policies.bundleIfUsable(base),
      await this.policies.bundleIfUsable(bundle),
    );
  }

  /** What is probably not meant in a bundle and was not found in the other one. */
  private async warningsBetween(base: string, bundle: string): Promise<Finding[]> {
    const [before, after] = [
      await this.policies.bundleIfUsable(base),
      await this.policies.bundleIfUsable(bundle),
    ];
    if (before === null || after === null) return [];
    const nameOf = ({ subject, message }: Finding): string => `${subject} ${message}`;
    const known = new Set((await this.policies.findings(before)).map(nameOf));
    return (await this.policies.findings(after)).filter((each) => !known.has(nameOf(each)));
  }
}

/** What is told in place; anything else is thrown on. */
function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Problem) || !TOLD_IN_PLACE.has(error.status)) throw error;
  return { detail: error.detail, errors: error.errors ?? [] };
}

function editPage(props: EditProps, error?: unknown): Answer {
  return page({
    title: 'Propose a change',
    section: 'playbook',
    ...(error instanceof Problem ? { status: error.status } : {}),
    body: h(EditPage, props),
  });
}
