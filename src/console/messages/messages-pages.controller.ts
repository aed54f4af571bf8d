import { Controller, Get, HttpCode, Inject, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { h } from 'preact';
import { z } from 'zod';
import { type Actor, actorId, Allow, CurrentActor } from '../../access/index.js';
import { type Environment } from '../../config/environment.js';
import { DraftingService } from '../../drafting/index.js';
import { MessagesService, MessageViews } from '../../messages/index.js';
import { MESSAGE_STATES } from '../../messages/message.js';
import { Database } from '../../platform/database/index.js';
import { decodeCursor, encodeCursor, Problem } from '../../platform/http/index.js';
import { ENVIRONMENT } from '../../platform/runtime.js';
import { cursorField } from '../forms.js';
import { type Answer, page, redirect, withDone } from '../page.js';
import { PageInterceptor } from '../page.interceptor.js';
import { SealedReader } from '../sealed-reader.service.js';
import { type Making } from '../../drafting/making.js';
import { MessagePage, MessagesPage } from './messages-pages.js';
import { countMessages, type MessageView, readMessage, readMessages } from './messages.read-model.js';
import { OutboxItemPage, OutboxPage } from './outbox-pages.js';
import { readOutbox } from './outbox.read-model.js';

const LIMIT = 50;
const position = z.tuple([z.iso.datetime(), z.string()]);
const messagesQuery = z.object({
  state: z.enum(MESSAGE_STATES).optional().catch(undefined),
  by: z.enum(['person', 'template', 'threshold']).optional().catch(undefined),
  cursor: cursorField,
});
const outboxQuery = z.object({ cursor: cursorField });

@ApiExcludeController()
@Controller()
@UseInterceptors(PageInterceptor)
export class MessagesPagesController {
  constructor(
    private readonly database: Database,
    private readonly reader: SealedReader,
    private readonly messages: MessagesService,
    private readonly views: MessageViews,
    private readonly drafting: DraftingService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get('messages')
  @Allow('messages.read')
  async list(@Query({ schema: messagesQuery }) query: z.output<typeof messagesQuery>): Promise<Answer> {
    const { db } = this.database;
    const state = query.state ?? null;
    const by = query.by ?? null;
    const rows = await readMessages(db, this.reader, {
      state,
      by,
      after: decodeCursor(query.cursor, position),
      limit: LIMIT + 1,
    });
    const messages = rows.slice(0, LIMIT);
    const last = messages.at(-1);
    const further = new URLSearchParams({
      ...(state === null ? {} : { state }),
      ...(by === null ? {} : { by }),
      cursor: last === undefined ? '' : encodeCursor([last.createdAt.toISOString(), last.id]),
    });
    return page({
      title: 'Messages',
      section: 'messages',
      body: h(MessagesPage, {
        messages,
        counts: await countMessages(db),
        state,
        by,
        older: rows.length > LIMIT ? `/messages?${further.toString()}` : null,
      }),
    });
  }

  @Get('messages/:id')
  @Allow('messages.read')
  async message(@Param('id') id: string): Promise<Answer> {
    const message = await readMessage(this.database.db, this.reader, id);
    if (message === null) throw new Problem(404, 'no-such-message', `There is no message ${id}.`);
    const use = await this.views.modelUse(this.database.db, [id]);
    return page({
      title: message.subject ?? 'Message',
      section: 'messages',
      body: h(MessagePage, { message, making: await this.making(message), use: use.get(id) ?? null }),
    });
  }

  /** Nothing is told of it once the content is gone, with its age or with the person. */
  private async making({ id, content }: MessageView): Promise<Making | null> {
    return content === null ? null : this.drafting.making(this.database.db, id, content.versions.bundle);
  }

  @Post('messages/:id/cancel')
  @HttpCode(200)
  @Allow('messages.cancel')
  async cancel(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<Answer> {
    await this.database.transaction((tx) =>
      this.messages.cancel(tx, id, { actor: actorId(actor), reason: `cancelled by ${actor.name}` }),
    );
    return redirect(withDone(`/messages/${id}`, 'message_cancelled'));
  }

  @Get('outbox')
  @Allow('messages.read')
  async outbox(@Query({ schema: outboxQuery }) query: z.output<typeof outboxQuery>): Promise<Answer> {
    const rows = await readOutbox(this.database.db, this.reader, {
      messageId: null,
      after: decodeCursor(query.cursor, position),
      limit: LIMIT + 1,
    });
    const items = rows.slice(0, LIMIT);
    const last = items.at(-1);
    return page({
      title: 'Outbox',
      section: 'outbox',
      body: h(OutboxPage, {
        items,
        older:
          rows.length > LIMIT && last !== undefined
            ? `/outbox?cursor=${encodeCursor([last.at.toISOString(), last.messageId])}`
            : null,
        mailServer: this.environment.SMTP_URL !== undefined,
      }),
    });
  }

  @Get('outbox/:id')
  @Allow('messages.read')
  async outboxItem(@Param('id') id: string): Promise<Answer> {
    const [item] = await readOutbox(this.database.db, this.reader, { messageId: id, after: null, limit: 1 });
    if (item === undefined)
      throw new Problem(404, 'not-in-outbox', 'This message did not leave into the outbox.');
    return page({ title: 'Outbox', section: 'outbox', body: h(OutboxItemPage, { item }) });
  }
}
