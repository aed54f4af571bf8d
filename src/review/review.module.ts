import { Module } from '@nestjs/common';
import { ReviewService } from './review.service.js';

@Module({ providers: [ReviewService], exports: [ReviewService] })
export class ReviewModule {}
