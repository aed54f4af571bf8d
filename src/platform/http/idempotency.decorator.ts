import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/**
 * A POST that creates: with an `Idempotency-Key` the same key and body answers the first answer again, the same key with another body is
 * 422, and a second request while the first is under way is 409. A handler whose answer tells of a person says so with `belongingTo`.
 */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Same key and body: the same answer. Same key, another body: 422. Kept for a day.',
    }),
  );
