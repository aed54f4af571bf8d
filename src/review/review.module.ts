import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { DecisionsModule } from '../decisions/index.js';
import { DraftingModule } from '../drafting/index.js';
import { MessagesModule } from '../messages/index.js';
import { PoliciesModule, TemplateSigner } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { RiskModule } from '../risk/index.js';
import { ApprovingService } from './approving.service.js';
import { GatesService } from './gates.service.js';
import { QueueingService } from './queueing.service.js';
import { ReviewViews } from './review-views.service.js';
import { ReviewService } from './review.service.js';
import { ReviewsController } from './reviews.controller.js';
import { signingKeyProvider } from './signing-key.provider.js';
import { SigningService } from './signing.service.js';
import { VariantsService } from './variants.service.js';

@Module({
  imports: [
    AuditModule,
    PoliciesModule,
    ProfilesModule,
    DecisionsModule,
    MessagesModule,
    DraftingModule,
    RiskModule,
  ],
  controllers: [ReviewsController],
  providers: [
    signingKeyProvider,
    SigningService,
    { provide: TemplateSigner, useExisting: SigningService },
    ApprovingService,
    GatesService,
    QueueingService,
    VariantsService,
    ReviewViews,
    ReviewService,
  ],
  exports: [ReviewService, GatesService, TemplateSigner],
})
export class ReviewModule {}
