import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../platform/database/index.js';
import { Clock } from '../shared/clock.js';
import { type Signal } from '../signals/signal.js';
import { KnownNames, MOST_NAMES } from './carried-names.js';
import { insertCarriedNames } from './carried-names.repository.js';

/** Keeps which events, properties and traits signals carried, by name alone: a playbook's rules are held against it. */
@Injectable()
export class CarriedNamesService {
  private readonly known = new KnownNames();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Writes in the open transaction, and only when a name is new to this process. */
  async note(tx: Tx, signals: readonly Signal[]): Promise<void> {
    const fresh = this.known.newIn(signals);
    if (fresh.length === 0) return;
    await insertCarriedNames(tx, fresh, this.clock.now(), MOST_NAMES);
    this.database.afterCommit(() => {
      this.known.add(fresh);
    });
  }
}
