import { Controller, Get, HttpCode, Param, Post, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { type Actor, Allow, CurrentActor } from '../../access/index.js';
import { AutomationService, RiskFitService } from '../../learning/index.js';
import { Problem } from '../../platform/http/index.js';
import { type GateSubject, parseSubject } from '../../review/gate.js';
import { type Answer, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { AutomationPage } from './automation-page.js';

/** Which of the model's drafts may go without a person, on what ground, and how well risk foretells what reviewers say. */
@ApiExcludeController()
@Controller('automation')
@UseInterceptors(PageInterceptor)
export class AutomationController {
  constructor(
    private readonly automation: AutomationService,
    private readonly fit: RiskFitService,
  ) {}

  @Get()
  @Allow('policies.read')
  async show(): Promise<Answer> {
    return page({
      title: 'Automation',
      section: 'automation',
      body: h(AutomationPage, { actions: await this.automation.overview(), fit: await this.fit.current() }),
    });
  }

  @Post('gates/:action/:kind/open')
  @HttpCode(200)
  @Allow('policies.activate')
  async open(@Param() subject: Record<string, string>, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.automation.open(actor, subjectIn(subject));
    return redirect(withDone('/automation', 'gate_opened'));
  }

  @Post('gates/:action/:kind/close')
  @HttpCode(200)
  @Allow('policies.activate')
  async close(@Param() subject: Record<string, string>, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.automation.close(actor, subjectIn(subject));
    return redirect(withDone('/automation', 'gate_closed'));
  }

  @Post('risk')
  @HttpCode(200)
  @Allow('policies.activate')
  async adopt(@CurrentActor() actor: Actor): Promise<Answer> {
    await this.fit.adopt(actor);
    return redirect(withDone('/automation', 'risk_adopted'));
  }
}

/** @throws Problem 404 for a kind of channel that there is none of. */
function subjectIn({ action, kind }: Record<string, string>): GateSubject {
  const subject = parseSubject(`${action ?? ''}/${kind ?? ''}`);
  if (subject === null) throw new Problem(404, 'unknown-kind', 'There are no channels of this kind.');
  return subject;
}
