import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Actor, actorId, Allow, CurrentActor } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { belongingTo, Idempotent, type Page } from '../platform/http/index.js';
import { MessageViews } from './message-views.service.js';
import {
  type MessageAnswer,
  messageAnswer,
  type MessageCancelling,
  messageCancelling,
  messagesPage,
  type MessagesQuery,
  messagesQuery,
} from './messages.dto.js';
import { MessagesService } from './messages.service.js';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('v1/messages')
export class MessagesController {
  constructor(
    private readonly database: Database,
    private readonly messages: MessagesService,
    private readonly views: MessageViews,
  ) {}

  @Get(':id')
  @Allow('messages.read')
  @ApiOperation({ summary: 'A message with its steps, content and approval' })
  @ApiResponse({ status: 200, standardSchema: messageAnswer })
  get(@Param('id') id: string): Promise<MessageAnswer> {
    return this.views.get(id);
  }

  @Get()
  @Allow('messages.read')
  @ApiOperation({ summary: 'Messages, newest first' })
  @ApiResponse({ status: 200, standardSchema: messagesPage })
  list(@Query({ schema: messagesQuery }) query: MessagesQuery): Promise<Page<MessageAnswer>> {
    return this.views.list(query);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Allow('messages.cancel')
  @Idempotent()
  @ApiOperation({ summary: 'Stops a message that has not begun to leave' })
  @ApiResponse({ status: 200, standardSchema: messageAnswer })
  async cancel(
    @Param('id') id: string,
    @Body({ schema: messageCancelling }) body: MessageCancelling,
    @CurrentActor() actor: Actor,
  ): Promise<MessageAnswer> {
    const by = { actor: actorId(actor), reason: body?.reason ?? 'It was cancelled.' };
    const { profileId } = await this.database.transaction((tx) => this.messages.cancel(tx, id, by));
    return belongingTo(profileId, await this.views.get(id));
  }
}
