import { theApp } from '../../../shared/composition/the-app.ts';
import { createTeamHandler } from '../create-team.ts';

const { dependencies, simulator, registerRoute } = theApp();

if (simulator) registerRoute('CreateTeam', createTeamHandler({ ...dependencies, simulator }));
