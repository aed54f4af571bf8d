import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { PublicAddress } from './public-address.js';
import { Secrets } from './secrets/secrets.js';
import { Vault } from './vault/vault.js';
import { ENVIRONMENT, type Runtime } from './runtime.js';

/** Time, ids, secrets, the environment and the vault, for everyone. */
@Global()
@Module({})
export class RuntimeModule {
  static of(runtime: Runtime): DynamicModule {
    return {
      module: RuntimeModule,
      providers: [
        { provide: ENVIRONMENT, useValue: runtime.environment },
        { provide: Clock, useValue: runtime.clock },
        { provide: Ids, useValue: runtime.ids },
        { provide: Secrets, useValue: runtime.secrets },
        Vault,
        PublicAddress,
      ],
      exports: [ENVIRONMENT, Clock, Ids, Secrets, Vault, PublicAddress],
    };
  }
}
