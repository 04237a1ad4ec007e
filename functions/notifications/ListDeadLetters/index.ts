import { theApp } from '../../../shared/composition/the-app.ts';
import { listDeadLettersHandler } from './handler.ts';

const { notifications, registerRoute } = theApp();

if (notifications) registerRoute('ListDeadLetters', listDeadLettersHandler(notifications));
