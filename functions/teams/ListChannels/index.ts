import { theApp } from '../../../shared/composition/the-app.ts';
import { listChannelsHandler } from '../read-teams.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('ListChannels', listChannelsHandler({ ...dependencies, simulator }));
