import { Injectable } from '@nestjs/common';
import { type Executor, type Tx } from '../platform/database/index.js';
import { type WorkHandler } from '../platform/work/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type MessageContent } from '../messages/content.js';
import { type Assessment } from './assessment.js';

/** An assessment with what it was made of. */
export interface AssessedDraft {
  readonly assessment: Assessment;
  readonly draftId: string;
  readonly contentHash: string;
}

@Injectable()
export class RiskService {
  readonly draftWritten: WorkHandler = {
    kind: 'draft.written',
    commit: () => Promise.reject(new Error('not yet')),
  };
  /** Assesses content that a person changed, and saves the assessment. */
  assessContent(
    _tx: Tx,
    _bundle: Bundle,
    _draft: { messageId: string; draftId: string; content: MessageContent },
  ): Promise<Assessment> {
    return Promise.reject(new Error('not yet'));
  }
  /** The latest assessment of a message's draft. */
  latest(_db: Executor, _messageId: string): Promise<AssessedDraft | null> {
    return Promise.reject(new Error('not yet'));
  }
}
