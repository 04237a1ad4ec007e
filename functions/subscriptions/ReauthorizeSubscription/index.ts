import { theApp } from '../../../shared/composition/the-app.ts';
import { reauthorizeSubscriptionHandler } from './handler.ts';

const { dependencies, notifications, registerRoute } = theApp();

if (notifications)
  registerRoute('ReauthorizeSubscription', reauthorizeSubscriptionHandler({ ...dependencies, ...notifications }));
