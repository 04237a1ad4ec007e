import { theApp } from '../../../shared/composition/the-app.ts';
import { addTeamToGroupHandler } from '../create-team.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('AddTeamToGroup', addTeamToGroupHandler({ ...dependencies, simulator }));
