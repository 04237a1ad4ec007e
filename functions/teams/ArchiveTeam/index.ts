import { theApp } from '../../../shared/composition/the-app.ts';
import { archiveTeamHandler } from '../archive.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('ArchiveTeam', archiveTeamHandler({ ...dependencies, simulator }));
