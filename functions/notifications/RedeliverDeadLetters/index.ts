import { theApp } from '../../../shared/composition/the-app.ts';
import { redeliverDeadLettersHandler } from './handler.ts';

const { notifications, registerRoute } = theApp();

if (notifications) registerRoute('RedeliverDeadLetters', redeliverDeadLettersHandler(notifications));
