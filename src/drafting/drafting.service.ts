import { Injectable } from '@nestjs/common';
import { type Executor, type Tx } from '../platform/database/index.js';
import { DONE, type WorkHandler } from '../platform/work/index.js';
import { type MessageContent } from '../messages/content.js';
import { type Draft } from './draft.js';

/** A person's edit, as review hands it over. */
export interface NewEdit {
  readonly messageId: string;
  readonly profileId: string;
  readonly personId: string;
  readonly content: MessageContent;
}

@Injectable()
export class DraftingService {
  readonly messageOpened: WorkHandler = { kind: 'message.opened', commit: () => Promise.resolve(DONE) };

  /** The latest draft of a message; null while there is none. @throws ErasedError */
  latest(_db: Executor, _messageId: string): Promise<Draft | null> {
    return Promise.reject(new Error('soon'));
  }

  /** Records what a person made of a draft, as its next version. The content itself is saved by `messages.saveContent`. @returns the draft's id. */
  recordEdit(_tx: Tx, _edit: NewEdit): Promise<string> {
    return Promise.reject(new Error('soon'));
  }
}
