import { Inject, Injectable } from '@nestjs/common';
import { type Environment } from '../config/environment.js';
import { type Executor } from './database/index.js';
import { keepPublicAddress, selectPublicAddress } from './public-address.repository.js';
import { ENVIRONMENT } from './runtime.js';

/** Where links in messages lead. A worker answers none of them: without PUBLIC_URL it names the process that does. */
@Injectable()
export class PublicAddress {
  constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

  /**
   * Lets the workers know where this process answers requests.
   * @param listensAt where it does, as the system says: the port may have been left to it.
   */
  async tell(db: Executor, listensAt: string): Promise<void> {
    const { PUBLIC_URL, PORT, publicUrl } = this.environment;
    await keepPublicAddress(db, PUBLIC_URL === undefined && PORT === 0 ? listensAt : publicUrl);
  }

  /** @returns a URL without a trailing slash. */
  async find(db: Executor): Promise<string> {
    const { PUBLIC_URL, ROLE, publicUrl } = this.environment;
    if (PUBLIC_URL !== undefined || ROLE !== 'worker') return publicUrl;
    return (await selectPublicAddress(db)) ?? publicUrl;
  }
}
