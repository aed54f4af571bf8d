import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import { decodeCursor, encodeCursor, Problem } from '../../platform/http/index.js';
import { Secrets } from '../../platform/secrets/secrets.js';
import { ProfilesService } from '../../profiles/index.js';
import { cursorField } from '../forms.js';
import { type Answer, page, redirect } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { SealedReader } from '../sealed-reader.service.js';
import { PeoplePage, PersonPage } from './people-pages.js';
import { findPeople, readPeople, readPerson, readRecentPeople } from './people.read-model.js';
import { timelineCursor } from './timeline.js';
import { readTimeline } from './timeline.read-model.js';

const PEOPLE = 50;
const ENTRIES = 80;
const peopleQuery = z.object({ q: z.string().max(500).default(''), cursor: cursorField });
const personQuery = z.object({ cursor: cursorField });

@ApiExcludeController()
@Controller('people')
@UseInterceptors(PageInterceptor)
export class PeopleController {
  constructor(
    private readonly database: Database,
    private readonly reader: SealedReader,
    private readonly secrets: Secrets,
    private readonly profiles: ProfilesService,
  ) {}

  @Get()
  @Allow('profiles.read')
  async list(@Query({ schema: peopleQuery }) query: z.output<typeof peopleQuery>): Promise<Answer> {
    const { db } = this.database;
    const search = query.q.trim();
    if (search !== '') {
      const found = await findPeople(db, this.secrets, search);
      const [only] = found;
      if (only !== undefined && found.length === 1) return redirect(`/people/${only}`);
      const people = await readPeople(db, this.reader, found);
      return page({
        title: 'People',
        section: 'people',
        body: h(PeoplePage, { people, search, older: null }),
      });
    }
    const after = decodeCursor(query.cursor, z.tuple([z.iso.datetime(), z.string()]));
    const people = await readRecentPeople(db, this.reader, { after, limit: PEOPLE + 1 });
    const shown = people.slice(0, PEOPLE);
    const last = shown.at(-1);
    const older =
      people.length > PEOPLE && last !== undefined
        ? `/people?cursor=${encodeCursor([last.lastSeenAt.toISOString(), last.id])}`
        : null;
    return page({
      title: 'People',
      section: 'people',
      body: h(PeoplePage, { people: shown, search, older }),
    });
  }

  @Get(':id')
  @Allow('profiles.read')
  async person(
    @Param('id') id: string,
    @Query({ schema: personQuery }) query: z.output<typeof personQuery>,
  ): Promise<Answer> {
    const { db } = this.database;
    const person = await readPerson(db, this.reader, id);
    if (person === null) throw new Problem(404, 'no-such-person', 'There is no such person.');
    if (person.id !== id) return redirect(`/people/${person.id}`);
    const { entries, last } = await readTimeline(db, this.reader, {
      profileId: person.id,
      after: decodeCursor(query.cursor, timelineCursor),
      limit: ENTRIES,
    });
    return page({
      title: person.name ?? 'Erased person',
      section: 'people',
      body: h(PersonPage, {
        person,
        suppressions: person.profile === null ? [] : await this.profiles.suppressionsOf(db, person.profile),
        lifted: person.profile === null ? [] : await this.profiles.liftedFor(db, person.id),
        timeline: entries,
        older: last === null ? null : `/people/${person.id}?cursor=${encodeCursor(last)}`,
      }),
    });
  }
}
