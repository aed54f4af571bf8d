import { Body, Controller, Get, HttpCode, Inject, Post, Req, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { h } from 'preact';
import { z } from 'zod';
import {
  type Actor,
  Allow,
  CurrentActor,
  PeopleService,
  type PersonActor,
  readSessionCookie,
} from '../../access/index.js';
import { type Environment } from '../../config/environment.js';
import { Problem } from '../../platform/http/index.js';
import { ENVIRONMENT } from '../../platform/runtime.js';
import { type Answer, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { AccountPage } from './account-page.js';

const passwordForm = z.object({
  current: z.string().max(1_000).default(''),
  next: z.string().max(1_000),
});

@ApiExcludeController()
@Controller('account')
@UseInterceptors(PageInterceptor)
export class AccountController {
  constructor(
    private readonly people: PeopleService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get()
  @Allow('any')
  show(@CurrentActor() actor: Actor): Promise<Answer> {
    return this.account(personOf(actor), null);
  }

  @Post('password')
  @HttpCode(200)
  @Allow('any')
  async changePassword(
    @Body({ schema: passwordForm }) form: z.output<typeof passwordForm>,
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
  ): Promise<Answer> {
    const person = personOf(actor);
    const here = readSessionCookie(request.headers.cookie, this.environment.publicUrl);
    try {
      await this.people.changePassword(person, form.current, form.next, here);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return this.account(person, error);
    }
    return redirect(withDone('/account', 'password_changed'));
  }

  private async account(person: PersonActor, problem: Problem | null): Promise<Answer> {
    return page({
      title: 'Account',
      section: null,
      status: problem?.status ?? 200,
      body: h(AccountPage, {
        email: (await this.people.get(person.personId))?.email ?? '',
        hasPassword: await this.people.hasPassword(person.personId),
        problem: problem?.detail ?? null,
      }),
    });
  }
}

/** A password is a person's, and only changed where the person sits: a token that leaked must not be able to. */
function personOf(actor: Actor): PersonActor {
  if (actor.kind === 'person' && actor.via !== 'token') return actor;
  throw new Problem(403, 'session-needed', 'Sign in to the console to change your password.');
}
