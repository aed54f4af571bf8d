import { Body, Controller, Get, HttpCode, Param, Post, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import {
  AccessService,
  type Actor,
  Allow,
  CurrentActor,
  PeopleService,
  type Person,
  ROLES,
  TokensService,
} from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { optionalWords } from '../forms.js';
import { type Answer, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { TeamPage, type TeamProps } from './team-page.js';
import { readLastSignals, readLastSignIns } from './team.read-model.js';

const roleForm = z.object({ role: z.enum(ROLES) });
const personForm = z.object({
  name: z.string().trim().min(1).max(200),
  email: z.email(),
  role: z.enum(ROLES),
  password: optionalWords,
});
const tokenForm = z.object({
  name: z.string().trim().min(1).max(200),
  kind: z.enum(['personal', 'service']),
  role: z.enum(ROLES),
});
const keyForm = z.object({ name: z.string().trim().min(1).max(200) });

@ApiExcludeController()
@Controller('team')
@UseInterceptors(PageInterceptor)
export class TeamController {
  constructor(
    private readonly database: Database,
    private readonly access: AccessService,
    private readonly people: PeopleService,
    private readonly tokens: TokensService,
  ) {}

  @Get()
  @Allow('people.manage')
  show(): Promise<Answer> {
    return this.team(null);
  }

  @Post('people')
  @HttpCode(200)
  @Allow('people.manage')
  async addPerson(
    @Body({ schema: personForm }) form: z.output<typeof personForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    const person = await this.people.create({ ...form, password: form.password ?? null }, actor);
    if (form.password !== undefined) return redirect(withDone('/team', 'person_added'));
    return this.linkFor(person, actor);
  }

  @Post('people/:id/role')
  @HttpCode(200)
  @Allow('people.manage')
  async setRole(
    @Param('id') id: string,
    @Body({ schema: roleForm }) form: z.output<typeof roleForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    await this.people.setRole(id, form.role, actor);
    return redirect(withDone('/team', 'person_changed'));
  }

  @Post('people/:id/disable')
  @HttpCode(200)
  @Allow('people.manage')
  async disable(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.people.disable(id, actor);
    return redirect(withDone('/team', 'person_changed'));
  }

  @Post('people/:id/enable')
  @HttpCode(200)
  @Allow('people.manage')
  async enable(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.people.enable(id, actor);
    return redirect(withDone('/team', 'person_changed'));
  }

  @Post('people/:id/link')
  @HttpCode(200)
  @Allow('people.manage')
  async signInLink(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    const person = await this.people.get(id);
    if (person === null) throw new Problem(404, 'no-such-person', 'There is no such person.');
    return this.linkFor(person, actor);
  }

  @Post('tokens')
  @HttpCode(200)
  @Allow('people.manage')
  async makeToken(
    @Body({ schema: tokenForm }) form: z.output<typeof tokenForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    if (form.kind === 'service') {
      const { token } = await this.tokens.createService(form.name, form.role, actor);
      return this.team({
        what: `Service token “${form.name}”`,
        value: token,
        hint: 'Send it as a Bearer token. It may not sign.',
      });
    }
    if (actor.kind !== 'person')
      throw new Problem(403, 'persons-only', 'A personal token is made by the person it acts for.');
    const { token } = await this.tokens.createPersonal(form.name, actor.personId, actor);
    return this.team({
      what: `Your token “${form.name}”`,
      value: token,
      hint: 'Send it as a Bearer token. It acts in your name, so it may sign what you may.',
    });
  }

  @Post('tokens/:id/revoke')
  @HttpCode(200)
  @Allow('people.manage')
  async revokeToken(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.tokens.revoke(id, actor);
    return redirect(withDone('/team', 'token_revoked'));
  }

  @Post('write-keys')
  @HttpCode(200)
  @Allow('people.manage')
  async makeWriteKey(
    @Body({ schema: keyForm }) form: z.output<typeof keyForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    const { key } = await this.tokens.createWriteKey(form.name, actor);
    return this.team({
      what: `Write key “${form.name}”`,
      value: key,
      hint: 'Give it to a Segment or RudderStack client as its write key, with this service as the host.',
    });
  }

  @Post('write-keys/:id/revoke')
  @HttpCode(200)
  @Allow('people.manage')
  async revokeWriteKey(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.tokens.revokeWriteKey(id, actor);
    return redirect(withDone('/team', 'key_revoked'));
  }

  private async linkFor(person: Person, by: Actor): Promise<Answer> {
    const link = await this.access.signInLink(person.id, by);
    return this.team({
      what: `A sign-in link for ${person.name}`,
      value: link,
      hint: 'It works once, within 15 minutes. Whoever uses it signs nothing before they have signed in with a password of their own.',
    });
  }

  private async team(fresh: TeamProps['fresh']): Promise<Answer> {
    const { db } = this.database;
    return page({
      title: 'Team & keys',
      section: 'team',
      body: h(TeamPage, {
        people: await this.people.list(),
        tokens: await this.tokens.list(),
        writeKeys: await this.tokens.listWriteKeys(),
        lastSignIns: await readLastSignIns(db),
        lastSignals: await readLastSignals(db),
        fresh,
      }),
    });
  }
}
