import { theApp } from '../../../shared/composition/the-app.ts';
import { createSubscriptionHandler } from './handler.ts';

const { dependencies, notifications, registerRoute } = theApp();

if (notifications)
  registerRoute('CreateSubscription', createSubscriptionHandler({ ...dependencies, ...notifications }));
