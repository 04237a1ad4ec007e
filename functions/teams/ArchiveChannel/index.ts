import { theApp } from '../../../shared/composition/the-app.ts';
import { archiveChannelHandler } from '../archive.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('ArchiveChannel', archiveChannelHandler({ ...dependencies, simulator }));
