import { Body, Controller, Get, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { type Actor, Allow, CurrentActor, signer } from '../../access/index.js';
import { Problem } from '../../platform/http/index.js';
import { PoliciesService } from '../../policies/index.js';
import { TemplateWriter } from '../../rehearsal/index.js';
import { type Answer, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { WriteTemplatePage, type WriteTemplateProps } from './write-template-page.js';

/** Longer than any prompt's deadline. */
const LONGEST_MS = 95_000;
const TOLD_IN_PLACE = new Set([409, 422, 503]);
const AUDIENCE = 10_000;

const wishForm = z.object({
  action: z.string().min(1).max(200),
  locale: z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'write a locale such as "en" or "de-AT"'),
  wish: z.string().trim().max(600).default(''),
  maxAudience: z.coerce.number().int().min(1).max(1_000_000),
  instead: z.literal('yes').optional(),
});

/** Templates that the model writes, once, for many. */
@ApiExcludeController()
@Controller('playbook/write-template')
@UseInterceptors(PageInterceptor)
export class WriteTemplateController {
  constructor(
    private readonly policies: PoliciesService,
    private readonly writer: TemplateWriter,
  ) {}

  @Get()
  @Allow('policies.write')
  show(): Answer {
    const { brand } = this.policies.active();
    const wished = { action: '', locale: brand.locale, wish: '', maxAudience: AUDIENCE, instead: false };
    return this.form({ wished, refusal: null });
  }

  @Post()
  @HttpCode(200)
  @Allow('policies.write')
  async write(
    @Body({ schema: wishForm }) body: z.output<typeof wishForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    const wished = { ...body, instead: body.instead === 'yes' };
    try {
      const made = await this.writer.write(wished, signer(actor), AbortSignal.timeout(LONGEST_MS));
      return redirect(withDone(`/playbook/proposals/${made.id}`, 'proposed'));
    } catch (error) {
      if (!(error instanceof Problem) || !TOLD_IN_PLACE.has(error.status)) throw error;
      return this.form(
        { wished, refusal: { detail: error.detail, errors: error.errors ?? [] } },
        error.status,
      );
    }
  }

  private form(shown: Pick<WriteTemplateProps, 'wished' | 'refusal'>, status = 200): Answer {
    const bundle = this.policies.active();
    const actions = [...bundle.actions.values()]
      .filter(({ spec }) => spec.channels.some((id) => bundle.channels.get(id)?.kind === 'email'))
      .map(({ spec: { id, title } }) => ({ id, title }));
    return page({
      title: 'Let the model write a template',
      section: 'playbook',
      status,
      body: h(WriteTemplatePage, { actions, available: this.writer.available(), ...shown }),
    });
  }
}
