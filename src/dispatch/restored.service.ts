import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Database } from '../platform/database/index.js';
import { Log } from '../platform/telemetry/index.js';
import { PausesService } from './pauses.service.js';

const SYSTEM = 'system';

/**
 * A restored copy knows nothing of what was sent after its backup was made, and would send it once more. So it sends nothing until a person
 * has looked: docs/operations.md says at what.
 */
@Injectable()
export class RestoredService {
  private readonly log = new Log('restored');

  constructor(
    private readonly database: Database,
    private readonly pauses: PausesService,
    private readonly audit: AuditService,
  ) {}

  /** Pauses everything when this is another copy of the database than the one that was worked on last. Comes before any work. */
  async holdIfRestored(): Promise<void> {
    const changes = await this.database.moveIn(async (tx, differences) => {
      const found = differences.join(', ');
      await this.audit.record(tx, {
        actor: SYSTEM,
        action: 'database.restored',
        subject: 'database',
        detail: { differences: [...differences] },
      });
      const reason = `This database is a restored copy (${found}). What it was about to send may have left before: see docs/operations.md, then let it go on or drop what waits.`;
      await this.pauses.create(tx, { scope: 'everything', reason }, SYSTEM);
    });
    if (changes.length > 0) this.log.warn('database.restored', { note: changes.join(', ') });
  }
}
