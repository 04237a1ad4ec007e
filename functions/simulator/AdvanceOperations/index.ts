import { app } from '@azure/functions';
import { withRedactedErrors } from '../../../shared/composition/create-app.ts';
import { theApp } from '../../../shared/composition/the-app.ts';
import { advanceOperationsHandler } from './handler.ts';

const { simulator } = theApp();

if (simulator)
  app.timer('AdvanceOperations', {
    schedule: '* * * * * *', // every second
    useMonitor: false, // a turn that was missed needs no catching up: the next one does what is due
    handler: withRedactedErrors(advanceOperationsHandler({ simulator })),
  });
