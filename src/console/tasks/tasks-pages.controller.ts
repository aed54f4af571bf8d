import { Body, Controller, Get, HttpCode, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../../access/index.js';
import { TasksService } from '../../decisions/index.js';
import { Database } from '../../platform/database/index.js';
import { optionalWords } from '../forms.js';
import { type Answer, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { SealedReader } from '../sealed-reader.service.js';
import { TasksPage } from './tasks-page.js';
import { readTaskOwners, readTasks } from './tasks.read-model.js';

const LIMIT = 100;
const tasksQuery = z.object({
  show: z.enum(['open', 'closed']).catch('open'),
  owner: z.string().max(200).optional(),
});
const closeForm = z.object({ outcome: z.string().trim().min(1).max(100), note: optionalWords });

@ApiExcludeController()
@Controller('tasks')
@UseInterceptors(PageInterceptor)
export class TasksPagesController {
  constructor(
    private readonly database: Database,
    private readonly reader: SealedReader,
    private readonly tasks: TasksService,
  ) {}

  @Get()
  @Allow('tasks.read')
  async list(@Query({ schema: tasksQuery }) query: z.output<typeof tasksQuery>): Promise<Answer> {
    const { db } = this.database;
    const owner = query.owner ?? null;
    const tasks = await readTasks(db, this.reader, { state: query.show, owner, limit: LIMIT });
    const owners = await readTaskOwners(db);
    const closed = tasks.filter((task) => task.state === 'closed').map((task) => task.id);
    return page({
      title: 'Tasks',
      section: 'tasks',
      body: h(TasksPage, {
        tasks,
        notes: closed.length === 0 ? new Map<string, string>() : await this.tasks.notes(db, closed),
        show: query.show,
        owner,
        owners: owners.length > 1 ? owners : [],
        openCount: owners.reduce((sum, entry) => sum + entry.count, 0),
      }),
    });
  }

  @Post(':id/close')
  @HttpCode(200)
  @Allow('tasks.close')
  async close(
    @Param('id') id: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: closeForm }) form: z.output<typeof closeForm>,
  ): Promise<Answer> {
    await this.database.transaction((tx) =>
      this.tasks.close(tx, id, { by: actorId(actor), outcome: form.outcome, note: form.note }),
    );
    return redirect(withDone('/tasks', 'task_closed'));
  }
}
