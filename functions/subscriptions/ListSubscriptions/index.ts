// Method, path and permissions: shared/graph-http/routes.ts.

import { theApp } from '../../app/the-app.ts';

theApp().registerRoute('ListSubscriptions');
