import { app } from '@azure/functions';
import { graphService } from '../../app/graph-service.ts';
import { advanceOperationsHandler } from './handler.ts';

const { laboratory } = graphService().ports;

if (laboratory)
  app.timer('AdvanceOperations', {
    schedule: '* * * * * *', // every second
    useMonitor: false, // a turn that was missed needs no catching up: the next one does what is due
    handler: advanceOperationsHandler({ laboratory }),
  });
