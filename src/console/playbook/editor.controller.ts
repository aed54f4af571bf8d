import { Body, Controller, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';
import { Allow } from '../../access/index.js';
import { Database } from '../../platform/database/index.js';
import { type Completions, completionsOf } from '../../policies/completions.js';
import { type DraftCheck, type DraftNote } from '../../policies/draft-check.js';
import { PoliciesService, ProposalsService } from '../../policies/index.js';
import { changesOf, otherFilesField } from './change-set.js';
import { readFacts } from './playbook.read-model.js';

const FACTS = 500;
const draftBody = z.strictObject({
  path: z.string().trim().min(1).max(200),
  text: z.string(),
  /** Files of the same change that are not on the page, as its form carries them. */
  others: otherFilesField,
});

/** What the playbook's editor asks for while somebody writes. */
@ApiExcludeController()
@Controller('playbook/edit')
export class EditorController {
  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly proposals: ProposalsService,
  ) {}

  @Get('completions')
  @Header('cache-control', 'no-store')
  @Allow('policies.write')
  async completions(): Promise<Completions> {
    const facts = await readFacts(this.database.db, { kind: null, id: null, after: null, limit: FACTS });
    return completionsOf(
      this.policies.active(),
      await this.policies.carried(),
      facts.map(({ id, kind }) => ({ name: id, detail: kind })),
    );
  }

  @Post('check')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Allow('policies.write')
  async check(@Body({ schema: draftBody }) draft: z.output<typeof draftBody>): Promise<DraftCheck> {
    const { errors, warnings } = await this.proposals.check(changesOf(draft));
    return { errors: errors.map(noteOf), warnings: warnings.map(noteOf) };
  }
}

function noteOf({ file, line, column, message }: DraftNote): DraftNote {
  return { file, line, column, message };
}
