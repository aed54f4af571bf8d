import { Controller, Get, HttpCode, Param, Post, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { type Actor, Allow, CurrentActor } from '../../access/index.js';
import { AutomationService, RiskFitService } from '../../learning/index.js';
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

  @Post('gates/:action/open')
  @HttpCode(200)
  @Allow('policies.activate')
  async open(@Param('action') action: string, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.automation.open(actor, action);
    return redirect(withDone('/automation', 'gate_opened'));
  }

  @Post('gates/:action/close')
  @HttpCode(200)
  @Allow('policies.activate')
  async close(@Param('action') action: string, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.automation.close(actor, action);
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
