import { Body, Controller, Get, HttpCode, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../../access/index.js';
import { FILE_LIMIT, IMPORT_KINDS } from '../../imports/import.js';
import { IMPORTS_GATE, ImportsService } from '../../imports/index.js';
import { FileFormRoute, Problem, readRawBody } from '../../platform/http/index.js';
import { cursorField } from '../forms.js';
import { type Answer, page, type PageAnswer, redirect } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { ImportPage, ImportsPage } from './imports-pages.js';

const SHOWN = 50;
/** What a form adds to the file it carries. */
const FORM_EXTRA = 64 * 1024;

const listQuery = z.object({ cursor: cursorField });
const uploadForm = z.object({
  kind: z.enum(IMPORT_KINDS),
  dryRun: z.enum(['true', 'false']),
  file: z.instanceof(Buffer),
});

@ApiExcludeController()
@Controller('imports')
@UseInterceptors(PageInterceptor)
export class ImportsPagesController {
  constructor(private readonly imports: ImportsService) {}

  @Get()
  @Allow('profiles.read')
  list(@Query({ schema: listQuery }) { cursor }: z.output<typeof listQuery>): Promise<Answer> {
    return this.listPage(cursor);
  }

  @Get(':id')
  @Allow('profiles.read')
  async show(@Param('id') id: string): Promise<Answer> {
    const found = await this.imports.get(id);
    return page({ title: 'Import', section: 'people', body: h(ImportPage, { found }) });
  }

  @Post()
  @HttpCode(200)
  @Allow('profiles.write')
  @FileFormRoute(IMPORTS_GATE, FILE_LIMIT + FORM_EXTRA)
  async upload(
    @Body({ schema: uploadForm }) form: z.output<typeof uploadForm>,
    @CurrentActor() actor: Actor,
  ): Promise<Answer> {
    try {
      const bytes = await readRawBody(form.file, FILE_LIMIT);
      const asked = await this.imports.ask({
        kind: form.kind,
        dryRun: form.dryRun === 'true',
        bytes,
        by: actorId(actor),
      });
      return redirect(`/imports/${asked.id}`);
    } catch (error) {
      // What is wrong with the file is said where another can be chosen.
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      return {
        ...(await this.listPage(undefined)),
        status: error.status,
        notice: { tone: 'bad', text: error.detail },
      };
    }
  }

  private async listPage(cursor: string | undefined): Promise<PageAnswer> {
    const { data, nextCursor } = await this.imports.list({ limit: SHOWN, cursor });
    const older = nextCursor === null ? null : `/imports?cursor=${nextCursor}`;
    return {
      kind: 'page',
      title: 'Imports',
      section: 'people',
      body: h(ImportsPage, { imports: data, older }),
    };
  }
}
