import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Allow } from '../access/index.js';
import { Database } from '../platform/database/index.js';
import { PoliciesService } from '../policies/index.js';
import { EverybodyService } from './everybody.service.js';

const capUse = z.strictObject({
  rule: z.string(),
  per: z.string(),
  /** `cost`: minor units of the brand's currency. */
  of: z.enum(['messages', 'cost']),
  limit: z.int(),
  /** What messages hold in the window that ends now. */
  used: z.int(),
  /** What processes have leased of it and not used yet. */
  leased: z.int(),
});
const capUses = z.strictObject({ data: z.array(capUse) }).meta({ id: 'CapsOverEverybody' });

@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies/caps')
export class EverybodyController {
  constructor(
    private readonly database: Database,
    private readonly policies: PoliciesService,
    private readonly everybody: EverybodyService,
  ) {}

  /** How the caps over everybody of the active playbook stand. */
  @Get()
  @Allow('policies.read')
  @ApiResponse({ status: 200, standardSchema: capUses })
  async list(): Promise<z.output<typeof capUses>> {
    return { data: await this.everybody.usage(this.database.db, this.policies.active()) };
  }
}
