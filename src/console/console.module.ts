import { Module, type OnModuleInit } from '@nestjs/common';
import { h } from 'preact';
import { CheckupModule } from '../checkup/index.js';
import { DecisionsModule } from '../decisions/index.js';
import { HealthModule } from '../health/index.js';
import { ImportsModule } from '../imports/index.js';
import { LearningModule } from '../learning/index.js';
import { DispatchModule } from '../dispatch/index.js';
import { DraftingModule } from '../drafting/index.js';
import { MessagesModule } from '../messages/index.js';
import { ProblemPages } from '../platform/http/index.js';
import { LlmModule } from '../platform/llm/index.js';
import { PoliciesModule } from '../policies/index.js';
import { ProfilesModule } from '../profiles/index.js';
import { RehearsalModule } from '../rehearsal/index.js';
import { ReviewModule } from '../review/index.js';
import { SignalsModule } from '../signals/index.js';
import { AccountController } from './account/account.controller.js';
import { AutomationController } from './automation/automation.controller.js';
import { AssetsController } from './assets.controller.js';
import { ConsoleAssets } from './assets.service.js';
import { DecisionsPagesController } from './decisions/decisions-pages.controller.js';
import { Explainer } from './decisions/explainer.service.js';
import { HomeController } from './home/home.controller.js';
import { SignInController } from './home/sign-in.controller.js';
import { SignInFilter } from './home/sign-in.filter.js';
import { ErrorPage } from './layout/error-page.js';
import { MailFramesController } from './messages/mail-frames.controller.js';
import { MessagesPagesController } from './messages/messages-pages.controller.js';
import { OperationsController } from './operations/operations.controller.js';
import { ImportsPagesController } from './imports/imports-pages.controller.js';
import { PageRenderer } from './page-renderer.service.js';
import { PageInterceptor } from './page.interceptor.js';
import { PeopleController } from './people/people.controller.js';
import { TimelineController } from './people/timeline.controller.js';
import { HealthPagesController } from './playbook/health-pages.controller.js';
import { EditorController } from './playbook/editor.controller.js';
import { BundlePagesController } from './playbook/bundle-pages.controller.js';
import { AffectedPagesController } from './playbook/affected-pages.controller.js';
import { PlaybookController } from './playbook/playbook.controller.js';
import { ProposalsPagesController } from './playbook/proposals-pages.controller.js';
import { ReviewsPagesController } from './reviews/reviews.controller.js';
import { SealedReader } from './sealed-reader.service.js';
import { WriteTemplateController } from './playbook/write-template.controller.js';
import { TasksPagesController } from './tasks/tasks-pages.controller.js';
import { TeamController } from './team/team.controller.js';

/** The pages people work on. Reads through read models; what it changes it asks of the stages. */
@Module({
  imports: [
    PoliciesModule,
    SignalsModule,
    ProfilesModule,
    ImportsModule,
    DecisionsModule,
    MessagesModule,
    DraftingModule,
    ReviewModule,
    DispatchModule,
    LlmModule,
    LearningModule,
    RehearsalModule,
    CheckupModule,
    HealthModule,
  ],
  controllers: [
    HomeController,
    SignInController,
    AssetsController,
    ReviewsPagesController,
    TasksPagesController,
    PeopleController,
    TimelineController,
    ImportsPagesController,
    DecisionsPagesController,
    MessagesPagesController,
    MailFramesController,
    HealthPagesController,
    BundlePagesController,
    PlaybookController,
    EditorController,
    ProposalsPagesController,
    AffectedPagesController,
    WriteTemplateController,
    AutomationController,
    OperationsController,
    TeamController,
    AccountController,
  ],
  providers: [ConsoleAssets, PageRenderer, PageInterceptor, SignInFilter, SealedReader, Explainer],
})
export class ConsoleModule implements OnModuleInit {
  constructor(
    private readonly pages: ProblemPages,
    private readonly renderer: PageRenderer,
  ) {}

  onModuleInit(): void {
    this.pages.use(({ status, detail }) =>
      this.renderer.bare(
        status === 404 ? 'Not found' : 'That did not work',
        h(ErrorPage, { status, detail }),
      ),
    );
  }
}
