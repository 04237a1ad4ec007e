import { theApp } from '../../../shared/composition/the-app.ts';
import { unarchiveTeamHandler } from '../archive.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('UnarchiveTeam', unarchiveTeamHandler({ ...dependencies, simulator }));
