import { theApp } from '../../../shared/composition/the-app.ts';
import { updateSubscriptionHandler } from './handler.ts';

const { dependencies, notifications, registerRoute } = theApp();

if (notifications)
  registerRoute('UpdateSubscription', updateSubscriptionHandler({ ...dependencies, ...notifications }));
