import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Database, type Executor } from '../platform/database/index.js';
import { belongingTo, decodeCursor, Idempotent, type Page, page } from '../platform/http/index.js';
import { erasedIsNull } from '../platform/vault/index.js';
import { ProfilesService } from '../profiles/index.js';
import {
  createdCursor,
  type TaskAnswer,
  taskAnswer,
  type TaskClosing,
  taskClosing,
  tasksPage,
  type TasksQuery,
  tasksQuery,
} from './decisions.dto.js';
import { type Task } from './tasks.repository.js';
import { TasksService } from './tasks.service.js';

@ApiTags('tasks')
@ApiBearerAuth()
@Controller('v1/tasks')
export class TasksController {
  constructor(
    private readonly database: Database,
    private readonly tasks: TasksService,
    private readonly profiles: ProfilesService,
  ) {}

  @Get()
  @Allow('tasks.read')
  @ApiOperation({ summary: 'Tasks, newest first' })
  @ApiResponse({ status: 200, standardSchema: tasksPage })
  async list(@Query({ schema: tasksQuery }) query: TasksQuery): Promise<Page<TaskAnswer>> {
    const { db } = this.database;
    const after = decodeCursor(query.cursor, createdCursor);
    const tasks = await this.tasks.list(db, {
      state: query.state ?? null,
      owner: query.owner ?? null,
      after: after === null ? null : { at: after[0], id: after[1] },
      limit: query.limit,
    });
    const { data, nextCursor } = page(tasks, query.limit, (task) => [task.createdAt, task.id]);
    return { data: await this.answers(db, data), nextCursor };
  }

  @Post(':id/close')
  @HttpCode(200)
  @Allow('tasks.close')
  @Idempotent()
  @ApiOperation({ summary: 'Closes a task; automation for the person goes on once none is open' })
  @ApiResponse({ status: 200, standardSchema: taskAnswer })
  async close(
    @Param('id') id: string,
    @Body({ schema: taskClosing }) body: TaskClosing,
    @CurrentActor() actor: Actor,
  ): Promise<TaskAnswer> {
    return this.database.transaction(async (tx) => {
      const task = await this.tasks.close(tx, id, { by: actorId(actor), ...body });
      const [answer] = await this.answers(tx, [task]);
      if (answer === undefined) throw new Error(`task ${id} was closed and cannot be shown`);
      return belongingTo(task.profileId, answer);
    });
  }

  private async answers(db: Executor, tasks: readonly Task[]): Promise<TaskAnswer[]> {
    const notes = await this.tasks.notes(
      db,
      tasks.map(({ id }) => id),
    );
    const answers: TaskAnswer[] = [];
    for (const task of tasks) {
      const { profileId, reasonCode, reason, ...rest } = task;
      answers.push({
        ...rest,
        userId: await this.userIdOf(db, profileId),
        reason: { code: reasonCode, text: reason },
        note: notes.get(task.id) ?? null,
      });
    }
    return answers;
  }

  /** Null for somebody anonymous or erased. */
  private async userIdOf(db: Executor, profileId: string): Promise<string | null> {
    return (await this.profiles.load(db, profileId).catch(erasedIsNull))?.userId ?? null;
  }
}
