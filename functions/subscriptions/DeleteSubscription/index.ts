import { theApp } from '../../../shared/composition/the-app.ts';
import { deleteSubscriptionHandler } from './handler.ts';

const { dependencies, notifications, registerRoute } = theApp();

if (notifications)
  registerRoute('DeleteSubscription', deleteSubscriptionHandler({ ...dependencies, ...notifications }));
