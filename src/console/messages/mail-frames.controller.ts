import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import { SealedReader } from '../sealed-reader.service.js';
import { MAIL_FRAME_HEADERS, NO_MAIL } from './mail-frame.js';
import { readMail as readStoredMail, readWording } from './messages.read-model.js';
import { readOutbox } from './outbox.read-model.js';
import { readMail } from './read-mail.js';

const mailQuery = z.object({ wording: z.string().max(100).optional() });

/** The bare mail, for the frames. */
@ApiExcludeController()
@Controller()
export class MailFramesController {
  constructor(
    private readonly database: Database,
    private readonly reader: SealedReader,
  ) {}

  @Get('messages/:id/mail')
  @Allow('messages.read')
  async message(
    @Param('id') id: string,
    @Query({ schema: mailQuery }) { wording }: z.output<typeof mailQuery>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { db } = this.database;
    const html =
      wording === undefined
        ? await readStoredMail(db, this.reader, id)
        : await readWording(db, this.reader, id, wording);
    await reply.headers(MAIL_FRAME_HEADERS).send(html ?? NO_MAIL);
  }

  @Get('outbox/:id/mail')
  @Allow('messages.read')
  async outbox(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const [item] = await readOutbox(this.database.db, this.reader, { messageId: id, after: null, limit: 1 });
    const wire = item?.wire ?? null;
    const html = wire == null ? null : readMail(wire.raw).html;
    await reply.headers(MAIL_FRAME_HEADERS).send(html ?? NO_MAIL);
  }
}
