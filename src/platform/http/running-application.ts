import { Injectable } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';

/** The application itself, for whoever has to look at all its routes. */
@Injectable()
export class RunningApplication {
  private application: NestFastifyApplication | undefined;

  set(application: NestFastifyApplication): void {
    this.application = application;
  }

  /** @throws Error before `configureHttp`. */
  get(): NestFastifyApplication {
    if (this.application === undefined) throw new Error('configureHttp was not called');
    return this.application;
  }
}
